import assert from 'node:assert/strict'
import { allowList } from '#dist/policy/allow-list.js'

describe('lists', () => {
  const rule = allowList({ allow: ['alice', 'both'], deny: ['dave', 'both'] })

  it('let in who is allowed, whatever other rules say', () => {
    assert.deepEqual(rule('alice'), { allow: true, exempt: true })
  })

  it('keep out who is denied, and everybody who is not named', () => {
    assert.deepEqual(rule('dave'), { allow: false, reason: 'blacklisted hotkey' })
    assert.deepEqual(rule('stranger'), { allow: false, reason: 'hotkey not allowed' })
    assert.deepEqual(rule('__proto__'), { allow: false, reason: 'hotkey not allowed' })
  })

  it('keep out who is in both, which the settings do not let happen', () => {
    assert.deepEqual(rule('both'), { allow: false, reason: 'blacklisted hotkey' })
  })

  it('keep out everybody when they are empty', () => {
    assert.equal(allowList({ allow: [], deny: [] })('alice').allow, false)
  })
})
