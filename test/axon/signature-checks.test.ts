import assert from 'node:assert/strict'
import { type SignatureCheck, SignatureChecks } from '#dist/axon/signature-checks.js'
import { Refusal } from '#dist/wires/refusal.js'
import { dave, send, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { realSockets } from './real-sockets.ts'

const { signal } = new AbortController()

function check(name: string): SignatureCheck {
  return { hotkey: name, text: Buffer.from(name), signature: Buffer.alloc(64) }
}

describe('SignatureChecks', () => {
  it('checks at once when nobody waits, and else in order', async () => {
    const order: string[] = []
    const checks = new SignatureChecks({ verify: ({ hotkey }) => order.push(hotkey) > 0, limit: 10 })
    const first = checks.check(check('a'), signal)
    assert.deepEqual(order, ['a'])
    const others = ['b', 'c', 'd'].map(name => checks.check(check(name), signal))
    assert.deepEqual(order, ['a'], 'a burst is not one long slice')
    assert.deepEqual(await Promise.all([first, ...others]), [true, true, true, true])
    assert.deepEqual(order, ['a', 'b', 'c', 'd'])
  })

  it('gives the thread back after a few milliseconds', async () => {
    const verify = () => {
      const end = performance.now() + 1
      while (performance.now() < end);
      return true
    }
    const checks = new SignatureChecks({ verify, limit: 100 })
    let turns = 0
    let going = true
    const count = () => {
      turns++
      if (going) setImmediate(count)
    }
    setImmediate(count)
    await Promise.all(Array.from({ length: 30 }, (_, at) => checks.check(check(String(at)), signal)))
    going = false
    assert.ok(turns >= 8, `${turns} turns during 30 ms of checks`)
  })

  it('lets only so many wait', async () => {
    const checks = new SignatureChecks({ verify: () => true, limit: 2 })
    const taken = ['a', 'b', 'c'].map(name => checks.check(check(name), signal))
    assert.throws(
      () => checks.check(check('d'), signal),
      (error: Refusal) => error instanceof Refusal && error.code === 'CHECKS_FULL' && error.status === 503,
    )
    assert.deepEqual(await Promise.all(taken), [true, true, true])
    assert.equal(await checks.check(check('e'), signal), true)
  })

  it('does not check for a caller who has left', async () => {
    const order: string[] = []
    const checks = new SignatureChecks({ verify: ({ hotkey }) => order.push(hotkey) > 0, limit: 10 })
    const leaving = new AbortController()
    const first = checks.check(check('a'), signal)
    const second = checks.check(check('b'), leaving.signal)
    const third = checks.check(check('c'), signal)
    leaving.abort(new Error('left'))
    await assert.rejects(second, /left/)
    await Promise.all([first, third])
    assert.deepEqual(order, ['a', 'c'])
  })

  it('goes on after a check that throws', async () => {
    const verify = ({ hotkey }: SignatureCheck) => {
      if (hotkey === 'bad') throw new Error('panic')
      return true
    }
    const checks = new SignatureChecks({ verify, limit: 10 })
    const all = await Promise.allSettled(['bad', 'a', 'bad', 'b'].map(name => checks.check(check(name), signal)))
    assert.deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
  })
})

describe('SignatureChecks of an axon', () => {
  realSockets()

  it('refuse with 503 when too many wait, and say when to come again', async () => {
    await using axon = await startAxon({ limits: { pendingChecks: 0 } })
    const got = await send(axon.url, signedRequest())
    assert.equal(got.status, 503)
    assert.equal(got.json.message, 'Too many signatures are waiting to be checked')
    assert.equal(got.headers['retry-after'], '1')
  })

  it('are masked when they break, and the next one is answered', async () => {
    let broken = true
    const verify = () => {
      if (!broken) return true
      broken = false
      throw new Error('sk-secret')
    }
    await using axon = await startAxon({ verify })
    const got = await send(axon.url, signedRequest())
    assert.equal(got.status, 500)
    assert.doesNotMatch(got.text, /sk-secret/)
    assert.equal((await send(axon.url, signedRequest())).status, 200)
  })

  it('are not made for a nonce that is too old, or was seen, or for a hotkey that may not ask', async () => {
    let made = 0
    const verify = () => ++made > 0
    await using axon = await startAxon({ verify })
    const sent = signedRequest()
    assert.equal((await send(axon.url, sent)).status, 200)
    assert.equal((await send(axon.url, sent)).status, 401)
    assert.equal((await send(axon.url, signedRequest({ nonce: 1n }))).status, 401)
    assert.equal((await send(axon.url, signedRequest({ by: dave }))).status, 403)
    assert.equal(made, 1)
  })
})
