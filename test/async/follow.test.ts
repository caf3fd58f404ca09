import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { follow } from '#dist/async/follow.js'

describe('follow', () => {
  it('aborts when the signal does, for its reason', () => {
    const leader = new AbortController()
    using follower = follow(leader.signal)
    assert.equal(follower.signal.aborted, false)
    const reason = new Error('over')
    leader.abort(reason)
    assert.equal(follower.signal.reason, reason)
  })

  it('is aborted from the start when the signal is', () => {
    const reason = new Error('over')
    using follower = follow(AbortSignal.abort(reason))
    assert.equal(follower.signal.reason, reason)
  })

  it('can abort alone', () => {
    const leader = new AbortController()
    using follower = follow(leader.signal)
    follower.abort()
    assert.equal(leader.signal.aborted, false)
  })

  it('leaves nothing with the signal when it is disposed', () => {
    const leader = new AbortController()
    const follower = follow(leader.signal)
    follower[Symbol.dispose]()
    assert.equal(getEventListeners(leader.signal, 'abort').length, 0)
    leader.abort()
    assert.equal(follower.signal.aborted, false)
  })
})
