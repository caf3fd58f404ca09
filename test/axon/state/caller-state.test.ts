import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CallerState } from '#dist/axon/state/caller-state.js'

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

  it('is gone when its time is over and something else is remembered, whether it is asked for or not', async () => {
    let now = 0
    const state = new CallerState(() => now)
    const forgotten = (() => {
      const value = {}
      state.of('a').set('old', value, 1_000)
      return new WeakRef(value)
    })()
    now = 1_000
    state.of('a').set('new', 1, 1_000)
    await new Promise(setImmediate)
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    assert.equal(forgotten.deref(), undefined)
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
