import assert from 'node:assert/strict'
import { networkOf } from '#dist/axon/state/shares.js'
import { type SignatureCheck, SignatureQueue } from '#dist/axon/state/signature-queue.js'
import { Refusal } from '#dist/wires/refusal.js'
import { dave, send, signedRequest } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'
import { realSockets } from '../real-sockets.ts'

const { signal } = new AbortController()
const how = { holder: networkOf('192.0.2.7'), signal }

function check(name: string): SignatureCheck {
  return { hotkey: name, text: Buffer.from(name), signature: Buffer.alloc(64), isPreferred: false }
}

/** Says that all hold, and keeps who was checked with whom. */
function recording() {
  const batches: string[][] = []
  const verify = async (checks: readonly SignatureCheck[]) => {
    batches.push(checks.map(({ hotkey }) => hotkey))
    return checks.map(() => true)
  }
  return { batches, verify }
}

describe('SignatureChecks', () => {
  it('checks in order and together what comes in one turn, in small batches', async () => {
    const { batches, verify } = recording()
    const checks = new SignatureQueue({ verify, limit: 100 })
    const names = Array.from({ length: 20 }, (_, at) => String(at))
    assert.deepEqual(await Promise.all(names.map(name => checks.check(check(name), how))), Array(20).fill(true))
    assert.deepEqual(batches, [names.slice(0, 8), names.slice(8, 16), names.slice(16)])
  })

  it('gives each its own answer', async () => {
    const verify = async (all: readonly SignatureCheck[]) => all.map(({ hotkey }) => hotkey === 'good')
    const checks = new SignatureQueue({ verify, limit: 10 })
    const answers = ['bad', 'good', 'bad', 'good'].map(name => checks.check(check(name), how))
    assert.deepEqual(await Promise.all(answers), [false, true, false, true])
  })

  it('has two batches under way, and begins a third when one of them is done', async () => {
    const begun = [0, 1, 2].map(() => Promise.withResolvers<(holds: boolean[]) => void>())
    let count = 0
    const verify = () => new Promise<boolean[]>(resolve => begun[count++]!.resolve(resolve))
    const checks = new SignatureQueue({ verify, limit: 100 })
    const all = Promise.all(Array.from({ length: 24 }, () => checks.check(check('a'), how)))
    const [first, second] = await Promise.all([begun[0]!.promise, begun[1]!.promise])
    await new Promise(setImmediate)
    assert.equal(count, 2)
    second(Array(8).fill(true))
    const third = await begun[2]!.promise
    third(Array(8).fill(true))
    first(Array(8).fill(true))
    assert.equal((await all).length, 24)
  })

  it('gives the thread back after each batch', async () => {
    const verify = async (all: readonly SignatureCheck[]) => {
      const end = performance.now() + all.length
      while (performance.now() < end);
      return all.map(() => true)
    }
    const checks = new SignatureQueue({ verify, limit: 100 })
    let turns = 0
    let going = true
    const count = () => {
      turns++
      if (going) setImmediate(count)
    }
    setImmediate(count)
    await Promise.all(Array.from({ length: 40 }, (_, at) => checks.check(check(String(at)), how)))
    going = false
    assert.ok(turns >= 5, `${turns} turns during 40 ms of checks`)
  })

  it('lets only so many wait', async () => {
    const { verify } = recording()
    const checks = new SignatureQueue({ verify, limit: 2 })
    const taken = ['a', 'b'].map(name => checks.check(check(name), how))
    await assert.rejects(
      checks.check(check('c'), how),
      (error: Refusal) => error instanceof Refusal && error.code === 'CHECKS_FULL' && error.status === 503,
    )
    assert.deepEqual(await Promise.all(taken), [true, true])
    assert.equal(await checks.check(check('d'), how), true)
  })

  it('makes room from the holder that has most, the last first', async () => {
    const { batches, verify } = recording()
    const checks = new SignatureQueue({ verify, limit: 3 })
    const other = { holder: networkOf('198.51.100.7'), signal }
    const [a, b, c] = ['a', 'b', 'c'].map(name => checks.check(check(name), how))
    const refused = assert.rejects(c!, { code: 'CHECKS_FULL' })
    const good = checks.check(check('good'), other)
    assert.deepEqual(checks.load(), {
      waiting: 3,
      of: 3,
      top: [
        { kind: 'network', name: '192.0.2.0/24', amount: 2 },
        { kind: 'network', name: '198.51.100.0/24', amount: 1 },
      ],
    })
    await assert.rejects(checks.check(check('d'), how), { code: 'CHECKS_FULL' })
    await refused
    assert.deepEqual(await Promise.all([a, b, good]), [true, true, true])
    assert.deepEqual(batches, [['a', 'b', 'good']])
  })

  it('does not check for a caller who has left', async () => {
    const { batches, verify } = recording()
    const checks = new SignatureQueue({ verify, limit: 10 })
    const leaving = new AbortController()
    const first = checks.check(check('a'), how)
    const second = checks.check(check('b'), { ...how, signal: leaving.signal })
    const third = checks.check(check('c'), how)
    leaving.abort(new Error('left'))
    await assert.rejects(second, /left/)
    await Promise.all([first, third])
    assert.deepEqual(batches, [['a', 'c']])
  })

  it('goes on after a check that throws', async () => {
    const { verify } = recording()
    let broken = true
    const throwing = (all: readonly SignatureCheck[]) => {
      if (!broken) return verify(all)
      broken = false
      throw new Error('a fault')
    }
    const checks = new SignatureQueue({ verify: throwing, limit: 10 })
    await assert.rejects(checks.check(check('a'), how), /a fault/)
    assert.equal(await checks.check(check('b'), how), true)
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
    const verify = async () => {
      if (!broken) return [true]
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
    const verify = async () => [++made > 0]
    await using axon = await startAxon({ verify })
    const sent = signedRequest()
    assert.equal((await send(axon.url, sent)).status, 200)
    assert.equal((await send(axon.url, sent)).status, 401)
    assert.equal((await send(axon.url, signedRequest({ nonce: 1n }))).status, 401)
    assert.equal((await send(axon.url, signedRequest({ by: dave }))).status, 403)
    assert.equal(made, 1)
  })
})
