import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { abortable, linkedController } from '#dist/async/abortable.js'

const never = new Promise<never>(() => {})

describe('until', () => {
  it('gives what the promise gives', async () => {
    const { signal } = new AbortController()
    assert.equal(await abortable(Promise.resolve(1), signal), 1)
    await assert.rejects(abortable(Promise.reject(new Error('no')), signal), /no/)
  })

  it('ends with the reason of the signal as soon as it aborts', async () => {
    const controller = new AbortController()
    const waiting = abortable(never, controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(waiting, error => error === reason)
  })

  it('ends at once when the signal has aborted already', async () => {
    await assert.rejects(abortable(never, AbortSignal.abort(new Error('enough'))), /enough/)
    await assert.rejects(abortable(Promise.resolve(1), AbortSignal.abort(new Error('enough'))), /enough/)
  })

  it('drops what a promise throws that was left alone', async () => {
    const { promise, reject } = Promise.withResolvers<never>()
    await assert.rejects(abortable(promise, AbortSignal.abort(new Error('enough'))), /enough/)
    reject(new Error('nobody hears this')) // mocha fails the run if it is unhandled
    await new Promise(setImmediate)
  })

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    for (let round = 0; round < 100; round++) await abortable(Promise.resolve(round), signal)
    await abortable(Promise.reject(new Error('no')), signal).catch(() => {})
    assert.deepEqual(getEventListeners(signal, 'abort'), [])
  })
})

describe('follow', () => {
  it('aborts when the signal does, for its reason', () => {
    const leader = new AbortController()
    using follower = linkedController(leader.signal)
    assert.equal(follower.signal.aborted, false)
    const reason = new Error('over')
    leader.abort(reason)
    assert.equal(follower.signal.reason, reason)
  })

  it('is aborted from the start when the signal is', () => {
    const reason = new Error('over')
    using follower = linkedController(AbortSignal.abort(reason))
    assert.equal(follower.signal.reason, reason)
  })

  it('can abort alone', () => {
    const leader = new AbortController()
    using follower = linkedController(leader.signal)
    follower.abort()
    assert.equal(leader.signal.aborted, false)
  })

  it('leaves nothing with the signal when it is disposed', () => {
    const leader = new AbortController()
    const follower = linkedController(leader.signal)
    follower[Symbol.dispose]()
    assert.equal(getEventListeners(leader.signal, 'abort').length, 0)
    leader.abort()
    assert.equal(follower.signal.aborted, false)
  })
})
