import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { patience } from '#dist/async/timeout.js'

const late = new Error('late')

describe('patience', () => {
  it('ends with the reason that it was given when the time is over', async () => {
    using waiting = patience(1, late)
    await once(waiting.signal, 'abort')
    assert.equal(waiting.signal.reason, late)
  })

  it('ends with the reason of the other who waits', () => {
    const other = new AbortController()
    using waiting = patience(60_000, late, other.signal)
    assert.equal(waiting.signal.aborted, false)
    other.abort('gone')
    assert.equal(waiting.signal.reason, 'gone')
    using over = patience(60_000, late, AbortSignal.abort('before'))
    assert.equal(over.signal.reason, 'before')
  })

  it('leaves no listener and no timer', () => {
    const { signal } = new AbortController()
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const before = timers()
    const waiting = patience(60_000, late, signal)
    assert.deepEqual([getEventListeners(signal, 'abort').length, timers()], [1, before + 1])
    waiting[Symbol.dispose]()
    assert.deepEqual([getEventListeners(signal, 'abort').length, timers()], [0, before])
  })
})
