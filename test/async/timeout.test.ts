import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { isPast, MAX_TIMER_MS, TimeoutError, timeoutSignal, withTimeout } from '#dist/async/timeout.js'

const reason = () => new Error('too late')

describe('withTimeout', () => {
  it('settles as the promise does', async () => {
    assert.equal(await withTimeout(Promise.resolve(7), 60_000), 7)
    await assert.rejects(withTimeout(Promise.reject(new Error('broken')), 60_000), /broken/)
  })

  it('rejects with a TimeoutError when the promise takes longer, and names the time', async () => {
    const pending = new Promise<never>(() => {})
    await assert.rejects(withTimeout(pending, 5), error => {
      assert.ok(error instanceof TimeoutError)
      assert.equal(error.message, 'took longer than 5 ms')
      return true
    })
  })

  it('takes a time that no timer of Node holds', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const waiting = withTimeout(promise, Number.POSITIVE_INFINITY)
    setImmediate(() => resolve('done'))
    assert.equal(await waiting, 'done')
    assert.ok(MAX_TIMER_MS > 24 * 86_400_000)
  })

  it('keeps the process alive while it waits, and leaves no timer behind', async () => {
    await null // mocha sets its own timer at the first await
    const before = timers()
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = withTimeout(promise, 60_000)
    assert.equal(timers(), before + 1)
    resolve()
    await waiting
    assert.equal(timers(), before)
  })
})

describe('timeoutSignal', () => {
  it('aborts with its reason when the time is over', async () => {
    const late = reason()
    using timeout = timeoutSignal({ ms: 1, reason: () => late })
    await once(timeout.signal, 'abort')
    assert.equal(timeout.signal.reason, late)
  })

  it('aborts with the reason of its parent', () => {
    const parent = new AbortController()
    using timeout = timeoutSignal({ ms: 60_000, reason, parent: parent.signal })
    assert.equal(timeout.signal.aborted, false)
    parent.abort('gone')
    assert.equal(timeout.signal.reason, 'gone')
    using over = timeoutSignal({ ms: 60_000, reason, parent: AbortSignal.abort('before') })
    assert.equal(over.signal.reason, 'before')
  })

  it('leaves no listener and no timer when it is disposed, and does not abort then', () => {
    const { signal } = new AbortController()
    const before = timers()
    const timeout = timeoutSignal({ ms: 60_000, reason, parent: signal })
    assert.deepEqual([getEventListeners(signal, 'abort').length, timers()], [1, before + 1])
    timeout[Symbol.dispose]()
    assert.deepEqual([getEventListeners(signal, 'abort').length, timers()], [0, before])
    assert.equal(timeout.signal.aborted, false)
  })
})

describe('isPast', () => {
  it('counts a deadline as over 10 ms before it', () => {
    assert.equal(isPast(Date.now() + 5), true)
    assert.equal(isPast(Date.now() + 60_000), false)
  })
})

function timers(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
}
