import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Keypair, keypairFromMiniSecret } from '#dist/keys/keypair.js'
import type { Miner } from '#dist/plugin/miner.js'
import type { Standing, Standings } from '#dist/plugin/standing.js'
import { rulesOf } from '#dist/policy/rules-of.js'
import { alice, bytesOf, charlie, dave, headOf, send, signedRequest } from '../support/signed-request.ts'
import { Clock, HeldMiner, startAxon } from '../support/start-axon.ts'
import { assertRefused } from './assert-refused.ts'
import { dialectOf } from './dialect-of.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { saying, startQueue } from './start-queue.ts'
import { told } from './told.ts'

type Settings = Parameters<typeof rulesOf>[0]

/** The rules of a miner with a chain, with what differs from its defaults. */
function rules(settings: Partial<Settings> = {}) {
  const defaults = { allow: [], deny: [], requirePermit: true, allowUnregistered: false, minStake: 0 }
  return rulesOf({ ...defaults, ...settings }, { hasChain: true })
}

const open = { requirePermit: false, allowUnregistered: true }

/** The standings of these callers; all others are not registered. */
function metagraph(...entries: readonly (readonly [Keypair, Partial<Standing>?])[]): Standings {
  const standings = new Map(
    entries.map(([{ address }, standing], uid) => [address, { uid, stakeRao: 0n, hasPermit: true, ...standing }]),
  )
  return hotkey => standings.get(hotkey) ?? 'unregistered'
}

const unknown: Standings = () => 'unknown'

/** A hotkey that costs nothing, the same for the same number. */
function minted(at: number): Keypair {
  return keypairFromMiniSecret(Buffer.alloc(32, `minted ${at}.`))
}

const blacklisted = (reason: string) => `Forbidden. Key is blacklisted: ${reason}.`

describe('the standing of a caller', () => {
  realSockets()

  it('admits validators with a permit; others get 403 with the reason', async () => {
    await using axon = await startAxon({
      rules: rules({ minStake: 1_000 }),
      standings: metagraph(
        [alice, { stakeRao: 1_000_000_000_000n }],
        [charlie, { stakeRao: 1_000_000_000_000n, hasPermit: false }],
        [minted(1), { stakeRao: 999_999_999_999n }],
      ),
    })
    assert.equal((await send(axon.url, signedRequest())).status, 200)
    for (const [by, reason] of [
      [charlie, 'validator permit required'],
      [dave, 'hotkey not registered'],
      [minted(1), 'stake below minimum'],
    ] as const)
      assertRefused(await send(axon.url, signedRequest({ by })), 403, blacklisted(reason))
    await using open = await startAxon({ rules: rules({ requirePermit: false }), standings: metagraph([charlie]) })
    assert.equal((await send(open.url, signedRequest({ by: charlie }))).status, 200)
    assertRefused(await send(open.url, signedRequest({ by: dave })), 403, blacklisted('hotkey not registered'))
  })

  it('is a permit’s, whoever may be unregistered', async () => {
    const settings = { requirePermit: true, allowUnregistered: true }
    await using axon = await startAxon({ rules: rules(settings), standings: metagraph([alice]) })
    const got = await send(axon.url, signedRequest({ by: dave }))
    assertRefused(got, 403, blacklisted('validator permit required, but hotkey not registered'))
  })

  it('is waited for with 503 while the chain has not told, before the body, and with nothing proven', async () => {
    await using axon = await startAxon({ rules: rules({ deny: [dave.address] }), standings: unknown })
    const refused = told(axon, 'refused')
    using connection = await RawConnection.open(axon.port)
    const forged = signedRequest({ headers: { bt_header_dendrite_signature: null } })
    const got = await connection.write(headOf(forged, { 'content-length': '100' })).reply()
    assert.ok(got)
    assertRefused(got, 503, 'The standing of this hotkey is not known yet')
    assert.equal(got.headers['retry-after'], '12')
    assert.partialDeepStrictEqual(await refused, { code: 'STANDINGS_UNKNOWN', claimed: alice.address, hotkey: null })
    assertRefused(await send(axon.url, signedRequest({ by: dave })), 403, blacklisted('blacklisted hotkey'))
  })

  it('is not waited for by allowed hotkeys, nor where no rule needs it', async () => {
    for (const settings of [{ allow: [alice.address] }, open]) {
      await using axon = await startAxon({ rules: rules(settings), standings: unknown })
      assert.equal((await send(axon.url, signedRequest())).status, 200)
    }
  })

  it('is that of the moment at which a request is screened: a new metagraph ends no request', async () => {
    const miner = new HeldMiner()
    let standings = metagraph([alice])
    await using axon = await startAxon({ miner, rules: rules(), standings: hotkey => standings(hotkey) })
    const running = send(axon.url, signedRequest())
    const held = await miner.next()
    standings = metagraph([charlie])
    assert.equal((await send(axon.url, signedRequest())).status, 403)
    const second = send(axon.url, signedRequest({ by: charlie }))
    ;(await miner.next()).answer('to charlie')
    assert.equal((await second).json.completion, 'to charlie')
    held.answer('to alice')
    assert.equal((await running).json.completion, 'to alice')
  })

  it('is never wrong while metagraphs come and go under load', async () => {
    const all = [
      metagraph([alice], [charlie, { hasPermit: false }]),
      metagraph([charlie, { hasPermit: false }], [alice]),
    ]
    let count = 0
    await using axon = await startAxon({
      rules: rules(),
      concurrency: 100,
      standings: hotkey => all[count++ % all.length]!(hotkey),
    })
    const ask = async (by: Keypair) => (await send(axon.url, signedRequest({ by }))).status
    for (let round = 0; round < 10; round++) {
      const statuses = await Promise.all(Array.from({ length: 8 }, () => [ask(alice), ask(charlie), ask(dave)]).flat())
      assert.deepEqual(statuses, Array.from({ length: 8 }, () => [200, 403, 403]).flat())
    }
    assert.equal(count, 240, 'looked up once for each request')
  })
})

describe('a stranger whom --allow-unregistered lets in', () => {
  realSockets()
  const standings = metagraph([alice, { stakeRao: 5n }], [charlie])

  it('is asked for no priority, and counted by its address, however many hotkeys it makes', async () => {
    const clock = new Clock()
    const ranked: string[] = []
    const miner: Miner = {
      ...new HeldMiner(),
      async *prompt() {
        yield 'fine'
        return { model: 'm', finishReason: 'stop' }
      },
      priority: ({ caller }) => ranked.push(caller),
    }
    await using axon = await startAxon({ miner, rules: rules(open), standings, now: clock.now })
    const ask = (by: Keypair) => send(axon.url, signedRequest({ by, nonce: clock.nonce() }))
    for (let at = 0; at < 10; at++) assert.equal((await ask(minted(at))).status, 200)
    const got = await ask(minted(10))
    assert.deepEqual([got.status, got.headers['retry-after']], [429, '1'])
    for (let at = 0; at < 12; at++) assert.equal((await ask(alice)).status, 200)
    assert.deepEqual(new Set(ranked), new Set([alice.address]))
  })

  it('takes half of the places at most, and waits behind everybody else', async () => {
    await using queue = await startQueue({ concurrency: 2, queue: 2, rules: rules(open), standings })
    const first = await queue.wait('1', {}, { by: minted(1) })
    const atWork = await queue.miner.next()
    const second = await queue.wait('2', {}, { by: minted(2) })
    const validator = await queue.wait('alice')
    assert.equal((await queue.miner.next()).said, 'alice')
    const others = [await queue.wait('charlie', {}, { by: charlie }), await queue.wait('alice too')]
    const { status, json } = await second.reply
    assert.deepEqual([status, json.message], [503, 'Too many requests are waiting'])
    for (const { reply } of [first, validator, ...others]) reply.catch(() => {})
    atWork.answer('late but well')
    assert.equal((await first.reply).status, 200)
  })

  it('has a connection that makes room for others', async () => {
    await using axon = await startAxon({ rules: rules(open), standings, limits: { connections: 3 } })
    const ask = async (by: Keypair) => {
      const connection = await RawConnection.open(axon.port)
      assert.equal((await connection.write(bytesOf(signedRequest({ by }))).reply())?.status, 200)
      return connection
    }
    using validator = await ask(charlie)
    using first = await ask(dave)
    using second = await ask(minted(1))
    using third = await ask(minted(2))
    await first.closed
    using fourth = await ask(minted(3))
    await second.closed
    for (const { socket } of [validator, third, fourth]) assert.equal(socket.destroyed, false)
    assert.equal((await validator.write(bytesOf(signedRequest({ by: charlie }))).reply())?.status, 200)
  })

  it('fills its half of the nonces, and leaves the rest to those with a standing', async () => {
    const dialect = dialectOf({ rate: { limit: 1_000, windowMs: 1_000 } })
    const allow = [dave.address]
    await using axon = await startAxon({
      dialect,
      rules: rules({ ...open, allow }),
      standings,
      limits: { noncesInAll: 8 },
    })
    const ask = (by: Keypair) =>
      send(axon.url, signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [], by }))
    for (let at = 0; at < 4; at++) assert.equal((await ask(minted(at))).status, 200)
    for (let at = 4; at < 20; at++) assertRefused(await ask(minted(at)), 503, 'Too many requests to remember')
    for (const by of [alice, charlie, dave, dave]) assert.equal((await ask(by)).status, 200)
    assertRefused(await ask(alice), 503, 'Too many requests to remember')
  })

  it('has as many nonces as its address, however many hotkeys it makes', async () => {
    await using axon = await startAxon({ rules: rules(open), standings, limits: { noncesPerCaller: 2 } })
    const ask = (by: Keypair) => send(axon.url, signedRequest({ by }))
    for (let at = 0; at < 2; at++) assert.equal((await ask(minted(at))).status, 200)
    assertRefused(await ask(minted(2)), 429, 'Too many requests of this hotkey')
    assert.equal((await ask(alice)).status, 200)
  })
})

describe('a route without rules', () => {
  it('counts a registered caller by its hotkey, and others by address', async () => {
    const clock = new Clock()
    const dialect = dialectOf({ rules: false })
    const standings = metagraph([alice, { hasPermit: false }], [charlie])
    await using axon = await startAxon({ dialect, rules: rules(), standings, now: clock.now })
    const ask = async (by: Keypair) => {
      const fields = { text: 'hi' }
      return (await send(axon.url, signedRequest({ synapse: 'Ask', fields, hashed: [], by, nonce: clock.nonce() })))
        .status
    }
    for (let at = 0; at < 10; at++) assert.equal(await ask(minted(at)), 200)
    assert.equal(await ask(minted(10)), 429)
    for (const by of [alice, charlie]) {
      for (let at = 0; at < 10; at++) assert.equal(await ask(by), 200)
      assert.equal(await ask(by), 429)
    }
  })
})

describe('places', () => {
  realSockets()
  const standings = metagraph(
    [alice, { stakeRao: 10n }],
    [charlie, { stakeRao: 9_007_199_254_740_993n }],
    [dave, { stakeRao: 9_007_199_254_740_992n }],
  )
  const allowed = minted(0)
  const settings = { ...open, allow: [allowed.address] }

  /** Whose questions are asked, in order, when these wait while the only place is taken. */
  async function order(callers: readonly Keypair[], miner: Partial<Miner> = {}, heldMs = 0): Promise<string[]> {
    await using queue = await startQueue({ queue: callers.length, rules: rules(settings), standings })
    Object.assign(queue.miner, miner)
    await queue.wait('first', {}, { by: dave })
    for (const [at, by] of callers.entries()) await queue.wait(String(at), {}, { by })
    const order = []
    for (let at = 0; at <= callers.length; at++) {
      const held = await queue.miner.next()
      order.push(held.said)
      if (heldMs > 0) await sleep(heldMs)
      held.answer('fine')
    }
    return order
  }

  it('go to each waiting caller once before any has a second turn, whatever the stakes are; to a stranger last', async () => {
    const got = await order([minted(1), charlie, charlie, charlie, alice, allowed])
    assert.deepEqual(got, ['first', '1', '4', '5', '2', '3', '0'])
  })

  it('go by stake in the long run', async () => {
    // Held for so long that a pause of this machine, which counts as time at a place, decides nothing.
    const got = await order([...Array(4).fill(allowed), ...Array(4).fill(alice), ...Array(4).fill(charlie)], {}, 100)
    const turns = got.map(said =>
      said === 'first' ? '' : Number(said) < 4 ? 'allowed' : Number(said) < 8 ? 'low' : 'high',
    )
    assert.ok(turns.lastIndexOf('high') < turns.lastIndexOf('low'), turns.join(' '))
    assert.equal(turns.at(-1), 'low')
  })

  it('go by the miner’s own priority before the stake', async () => {
    const priority: Miner['priority'] = ({ caller }) => (caller === alice.address || caller === allowed.address ? 1 : 0)
    assert.deepEqual(await order([charlie, allowed, alice], { priority }), ['first', '1', '2', '0'])
  })

  it('are given up by the caller that holds most for its stake', async () => {
    await using queue = await startQueue({ queue: 3, rules: rules(settings), standings })
    await queue.wait('first', {}, { by: charlie })
    const [one, two] = [await queue.wait('one'), await queue.wait('two')]
    await queue.wait('dave', {}, { by: dave })
    const high = await queue.wait('charlie', {}, { by: charlie })
    assert.equal((await two.reply).status, 503)
    assert.equal((await send(queue.axon.url, saying('three'))).status, 503)
    for (const said of ['first', 'one', 'dave', 'charlie']) {
      const held = await queue.miner.next()
      assert.equal(held.said, said)
      held.answer('fine')
    }
    assert.equal((await high.reply).status, 200)
    assert.equal((await one.reply).status, 200)
  })
})
