import assert from 'node:assert/strict'
import { clockError, isNewer } from '#dist/chain/connect/head-age.js'
import type { HeadSample } from '#dist/chain/connect/link.js'

const SECOND = 1_000
const MINUTE = 60_000

/** A look at a head: when, and how old the newest block was. */
const look = (readAt: number, age: number): HeadSample => ({
  head: { number: 1, hash: '0x', at: readAt - age - 36 * SECOND, specVersion: 381 },
  newestAt: readAt - age,
  readAt,
})

describe('clockError', () => {
  const cases: Readonly<Record<string, readonly [HeadSample, readonly HeadSample[], number]>> = {
    'a block of just now': [look(0, 0), [], 0],
    'a block of 30 s ago': [look(0, 30 * SECOND), [], 0],
    'a block 5 s in the future': [look(0, -5 * SECOND), [], -5 * SECOND],
    'a block 2 s in the future': [look(0, -2 * SECOND), [], 0],
    'two blocks 2 s in the future': [look(0, -2 * SECOND), [look(-MINUTE, -2 * SECOND)], -2 * SECOND],
    'the same block 2 s in the future, seen twice': [look(0, -2 * SECOND), [look(-SECOND, -3 * SECOND)], 0],
    'an old block, at the first look': [look(0, 10 * MINUTE), [], 0],
    'an old block of a chain that stands still': [look(0, 10 * MINUTE), [look(-5 * MINUTE, 5 * MINUTE)], 0],
    'an old block of a chain that goes on': [look(0, 10 * MINUTE), [look(-5 * MINUTE, 10 * MINUTE)], 9.5 * MINUTE],
    'an old block of a node that lags more and more': [look(0, 5 * MINUTE), [look(-5 * MINUTE, 2.5 * MINUTE)], 0],
    'an old block, and a look just before': [look(0, 10 * MINUTE), [look(-SECOND, 10 * MINUTE)], 0],
  }
  for (const [name, [sample, older, error]] of Object.entries(cases))
    it(`takes ${name} for ${error / SECOND} s`, () => {
      assert.equal(clockError(sample, older), error)
    })
})

describe('isNewer', () => {
  it('takes heads for equal that are a few blocks apart', () => {
    assert.equal(isNewer(look(0, 0), look(0, 36 * SECOND)), false)
    assert.equal(isNewer(look(0, 0), look(0, 2 * MINUTE)), true)
  })

  it('allows for the time between the two looks', () => {
    assert.equal(isNewer(look(5 * MINUTE, 0), look(0, 0)), false)
    assert.equal(isNewer(look(5 * MINUTE, 0), look(0, 2 * MINUTE)), true)
  })
})
