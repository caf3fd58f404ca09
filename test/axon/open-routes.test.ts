import assert from 'node:assert/strict'
import { prompting } from '#dist/dialects/prompting.js'
import { keypairFromMiniSecret } from '#dist/keys/keypair.js'
import type { Call } from '#dist/plugin/dialect.js'
import type { Miner } from '#dist/plugin/miner.js'
import { allowList } from '#dist/policy/lists.js'
import { sdk } from '../support/sdk.ts'
import { alice, charlie, dave, type Sent, send, signedRequest } from '../support/signed-request.ts'
import { Clock, echo, HeldMiner, startAxon } from '../support/start-axon.ts'
import { dialectOf } from './dialect-of.ts'

const unsigned: Sent = {
  method: 'POST',
  path: '/Ask',
  headers: { 'content-type': 'application/json' },
  body: '{"text":"hi"}',
}
const signed = (wanted: object = {}) => signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [], ...wanted })

describe('a route that wants no proof', () => {
  it('answers whoever asks, and tells the dialect that it is nobody known', async () => {
    let caller: unknown
    const dialect = dialectOf({
      auth: 'none',
      answer: async (call: Call<unknown>) => {
        caller = call.caller
        return { answer: 'fine' }
      },
    })
    await using axon = await startAxon({ dialect })
    const { status, text } = await send(axon.url, unsigned)
    assert.deepEqual([status, JSON.parse(text).answer], [200, 'fine'])
    assert.deepEqual(caller, { kind: 'open', address: '127.0.0.1' })
  })

  it('heeds no hash that nobody signed, and no rule about hotkeys', async () => {
    await using axon = await startAxon({
      dialect: dialectOf({ auth: 'none' }),
      rules: [allowList([], { hasChain: false })],
    })
    const headers = { computed_body_hash: 'wrong', bt_header_dendrite_signature: '0x00' }
    assert.equal((await send(axon.url, signed({ by: dave, headers }))).status, 200)
  })

  it('is asked by one address ten times in ten seconds, unless the dialect says otherwise', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ dialect: dialectOf({ auth: 'none' }), now: clock.now })
    for (let count = 0; count < 10; count++) assert.equal((await send(axon.url, unsigned)).status, 200)
    const refused = await send(axon.url, unsigned)
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1'])
    clock.ms += 1_000
    assert.equal((await send(axon.url, unsigned)).status, 200)
  })

  it('reads 64 KiB of a body at most, unless the dialect says otherwise', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(64 * 1024) })
    await using axon = await startAxon({ dialect: dialectOf({ auth: 'none' }) })
    assert.equal((await send(axon.url, { ...unsigned, body })).status, 413)
    await using larger = await startAxon({ dialect: dialectOf({ auth: 'none', maxBody: 100_000 }) })
    assert.equal((await send(larger.url, { ...unsigned, body })).status, 200)
  })

  it('still holds its body against the schema', async () => {
    await using axon = await startAxon({ dialect: dialectOf({ auth: 'none' }) })
    assert.equal((await send(axon.url, { ...unsigned, body: '{"text":1}' })).status, 400)
    assert.equal((await send(axon.url, { ...unsigned, body: 'x' })).status, 400)
  })
})

describe('a route without rules', () => {
  it('answers any hotkey that signed', async () => {
    await using axon = await startAxon({ dialect: dialectOf({ rules: false }) })
    assert.equal((await send(axon.url, signed({ by: dave }))).status, 200)
    const headers = { bt_header_dendrite_signature: `0x${'0'.repeat(128)}` }
    assert.equal((await send(axon.url, signed({ by: dave, headers }))).status, 401)
  })
})

describe('whom no rule let in', () => {
  for (const [what, terms, request] of [
    ['without a signature', { auth: 'none' }, () => unsigned],
    ['with any hotkey', { rules: false }, () => signed({ by: dave })],
  ] as const)
    it(`waits behind those whom the rules let in: ${what}`, async () => {
      const isRead = Promise.withResolvers<void>()
      const text = sdk.z.string().refine(() => {
        isRead.resolve()
        return true
      })
      const { synapses, ...dialect } = dialectOf({ ...terms, body: sdk.z.object({ text }) })
      const { Prompting } = prompting(sdk).synapses
      const miner = new HeldMiner()
      const both = { ...dialect, synapses: { ...synapses, Prompting: Prompting! } }
      await using axon = await startAxon({ miner, dialect: both, concurrency: 1, queue: 1 })
      const first = send(axon.url, signedRequest())
      const held = await miner.next()
      const stranger = send(axon.url, request())
      await isRead.promise
      await new Promise(setImmediate)
      const second = send(axon.url, signedRequest())
      const { status, json } = await stranger
      assert.deepEqual([status, json.message], [503, 'Too many requests are waiting'])
      held.answer('first')
      ;(await miner.next()).answer('second')
      for (const { status } of await Promise.all([first, second])) assert.equal(status, 200)
    })
})

describe('whom the rules let in', () => {
  it('is no stranger on a route without rules', async () => {
    const ranked: string[] = []
    const miner: Miner = { ...echo, priority: ({ caller }) => ranked.push(caller) }
    await using axon = await startAxon({ miner, dialect: dialectOf({ rules: false }) })
    for (const by of [dave, alice]) assert.equal((await send(axon.url, signed({ by }))).status, 200)
    assert.deepEqual(ranked, [alice.address])
  })
})

describe('what a dialect remembers', () => {
  it('is not forgotten for strangers, however many of them come', async () => {
    const remember = async ({ state }: Call<unknown>) => {
      const count = Number(state.get('count') ?? 0) + 1
      state.set('count', count, 3_600_000)
      return { answer: count }
    }
    const { synapses, ...dialect } = dialectOf({ answer: remember })
    const open = { ...synapses.Ask!, rules: false, rate: { limit: 10_000, windowMs: 1_000 } } as const
    await using axon = await startAxon({ dialect: { ...dialect, synapses: { ...synapses, Open: open } } })
    const count = async (wanted: object = {}) => JSON.parse((await send(axon.url, signed(wanted))).text).answer
    assert.deepEqual([await count(), await count({ synapse: 'Open' })], [1, 2])
    for (let at = 0; at < 1_000; at++) {
      const by = keypairFromMiniSecret(Buffer.alloc(32, String(at).padStart(4, '0')))
      assert.equal(await count({ synapse: 'Open', by }), 1)
    }
    assert.equal(await count(), 3)
  })
})

describe('a rate', () => {
  it('counts each caller by itself, by what the body says that a request costs', async () => {
    const clock = new Clock()
    const dialect = dialectOf({
      body: sdk.z.object({ text: sdk.z.string(), tokens: sdk.z.int() }),
      rate: { limit: 100, windowMs: 10_000 },
      cost: ({ tokens }: { tokens: number }) => tokens,
      refusals: { BUDGET_USED: { status: 403, text: 'budget exhausted' } },
    })
    const standings = () => ({ uid: 0, stakeRao: 0n, hasPermit: true })
    await using axon = await startAxon({ dialect, now: clock.now, rules: [], standings })
    const ask = async (tokens: number, by = alice) => {
      const fields = { text: 'hi', tokens }
      return (await send(axon.url, signed({ fields, by, nonce: clock.nonce() }))).status
    }
    assert.equal(await ask(60), 200)
    assert.equal(await ask(60), 403)
    assert.equal(await ask(40), 200)
    assert.equal(await ask(60, charlie), 200)
    clock.ms += 6_000
    assert.equal(await ask(60), 200)
    assert.equal(await ask(1), 403)
  })

  it('does not hold for a hotkey that the operator named', async () => {
    await using axon = await startAxon({ dialect: dialectOf({ rate: { limit: 1, windowMs: 60_000 } }) })
    for (let count = 0; count < 3; count++) assert.equal((await send(axon.url, signed())).status, 200)
  })
})
