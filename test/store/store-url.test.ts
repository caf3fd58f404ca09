import assert from 'node:assert/strict'
import { makeAxonSettings } from '#dist/axon/settings.js'

describe('the setting axon.store', () => {
  const messageOf = (store: string) => makeAxonSettings().shape.store.safeParse(store).error?.issues[0]?.message

  for (const store of ['disk', 'memory', 'redis://h', 'redis://h:6379/0', 'rediss://u:p%25@[::1]:1/15', 'redis://h/'])
    it(`takes ${store}`, () => assert.equal(messageOf(store), undefined))

  const wrong: readonly (readonly [store: string, message: RegExp])[] = [
    ['', /^must be disk, memory or a URL/],
    ['http://h', /^must be disk, memory or a URL/],
    ['redis://', /^names no host/],
    ['redis://h:99999', /^must have a port of at most 65535/],
    ['redis://h:0', /^must have a port of at least 1/],
    ['redis://h:x', /^is not a URL/],
    ['redis://h:6379/foo', /^has a path that is not the number of a database: 0 to 15/],
    ['redis://h:6379/1/2', /^has a path/],
    ['redis://h:6379/-1', /^has a path/],
    ['redis://h?db=1', /^must have nothing after/],
    ['redis://:p%@h', /^has a % in its user or password/],
  ]
  for (const [store, message] of wrong)
    it(`refuses ${store || 'the empty text'}`, () => assert.match(messageOf(store) ?? '', message))
})
