import assert from 'node:assert/strict'
import { CallerState } from '#dist/axon/caller-state.js'

describe('what is remembered of a caller', () => {
  it('is his alone, until its time is over or it is deleted', () => {
    let now = 0
    const state = new CallerState(() => now)
    state.of('a').set('key', 1, 1_000)
    state.of('a').set('other', 2, 10_000_000)
    assert.equal(state.of('a').get('key'), 1)
    assert.equal(state.of('b').get('key'), undefined)
    now = 1_000
    assert.equal(state.of('a').get('key'), undefined)
    state.of('a').delete('other')
    assert.equal(state.of('a').get('other'), undefined)
    state.of('a').set('long', 3, Number.POSITIVE_INFINITY)
    now = 3_601_000
    assert.equal(state.of('a').get('long'), undefined)
  })

  it('is bounded: the oldest goes first, of keys and of callers', () => {
    const state = new CallerState(() => 0)
    for (let key = 0; key <= 100; key++) state.of('a').set(String(key), key, 1_000)
    assert.equal(state.of('a').get('0'), undefined)
    assert.equal(state.of('a').get('1'), 1)
    for (let caller = 0; caller < 1_000; caller++) state.of(`b${caller}`).set('key', 1, 1_000)
    assert.equal(state.of('a').get('100'), undefined)
    assert.equal(state.of('b0').get('key'), 1)
  })
})
