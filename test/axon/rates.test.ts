import assert from 'node:assert/strict'
import { CurrentPolicy } from '#dist/axon/state/current-policy.js'
import type { Keypair } from '#dist/keys/keypair.js'
import { keypairFromMiniSecret } from '#dist/keys/keypair.js'
import type { Standings } from '#dist/plugin/standing.js'
import { type PolicySettings, policyOf } from '#dist/policy/policy-of.js'
import { makePolicySettings } from '#dist/policy/settings.js'
import { alice, charlie, dave, send, signedRequest, type Wanted } from '../support/signed-request.ts'
import { Clock, startAxon } from '../support/start-axon.ts'
import { assertRefused } from './assert-refused.ts'
import { dialectOf } from './dialect-of.ts'
import { realSockets } from './real-sockets.ts'
import { saying, startQueue } from './start-queue.ts'

const standing = { uid: 0, stakeRao: 5n, hasPermit: true }
const standings: Standings = hotkey => ([alice.address, charlie.address].includes(hotkey) ? standing : 'unregistered')

/** The policy of a miner with a chain, with what differs from its defaults. */
function policyWith(settings: Partial<PolicySettings>) {
  return policyOf({ ...makePolicySettings().parse({}), ...settings }, { hasChain: true })
}

const open = { requirePermit: false, allowUnregistered: true }
const statusesOf = (replies: readonly { readonly status: number }[]) => replies.map(({ status }) => status)

/** Starts an axon with such a policy and a clock that stands still. */
async function start(settings: Partial<PolicySettings>, options: Parameters<typeof startAxon>[0] = {}) {
  const clock = new Clock()
  const policy = new CurrentPolicy(policyWith(settings))
  const axon = await startAxon({ policy, standings, now: clock.now, ...options })
  const ask = (by: Keypair, wanted: Wanted = {}) =>
    send(axon.url, signedRequest({ by, nonce: clock.nonce(), ...wanted }))
  const askTimes = async (times: number, by: Keypair) => {
    const statuses = []
    for (let count = 0; count < times; count++) statuses.push((await ask(by)).status)
    return statuses
  }
  return { axon, clock, policy, ask, askTimes, [Symbol.asyncDispose]: () => axon[Symbol.asyncDispose]() }
}

describe('the rates of the operator', () => {
  realSockets()

  it('refuse a hotkey beyond its rate with 429, the reason, and when to come again', async () => {
    await using started = await start({ rate: '2/5min' })
    const { clock, ask } = started
    assert.deepEqual(await started.askTimes(2, alice), [200, 200])
    const got = await ask(alice)
    assertRefused(got, 429, 'Too many requests: at most 2/5min')
    assert.equal(got.headers['retry-after'], '150')
    assert.equal((await ask(charlie)).status, 200)
    clock.ms += 149_000
    assert.equal((await ask(alice)).status, 429)
    clock.ms += 1_000
    assert.equal((await ask(alice)).status, 200)
  })

  it('count neither pings nor requests that prove nothing', async () => {
    await using started = await start({ rate: '1/day' })
    const { ask } = started
    for (let count = 0; count < 3; count++) {
      assert.equal((await ask(alice, { synapse: 'Synapse', fields: {} })).status, 200)
      assert.equal((await ask(alice, { text: 'another' })).status, 401)
    }
    assert.deepEqual(await started.askTimes(2, alice), [200, 429])
    assert.equal((await ask(alice, { synapse: 'Synapse', fields: {} })).status, 200)
  })

  it('are the own one of a hotkey where the table has it, and hold for no other that is allowed by name', async () => {
    const rates = { [alice.address]: '3/min', [charlie.address]: 'none' }
    await using started = await start({ rate: '1/min', rates, allow: [alice.address, dave.address] })
    assert.deepEqual(await started.askTimes(4, alice), [200, 200, 200, 429])
    assert.deepEqual(await started.askTimes(4, charlie), [200, 200, 200, 200])
    assert.deepEqual(await started.askTimes(4, dave), [200, 200, 200, 200])
  })

  it('count strangers by their address, however many hotkeys they make', async () => {
    await using started = await start({ ...open, rate: '2/min' })
    const minted = [1, 2, 3].map(at => keypairFromMiniSecret(Buffer.alloc(32, at)))
    const replies = []
    for (const by of minted) replies.push(await started.ask(by))
    assert.deepEqual(statusesOf(replies), [200, 200, 429])
    assert.equal((await started.ask(alice)).status, 200)
  })

  it('hold beside the rate of a route', async () => {
    const dialect = dialectOf({ rate: { limit: 2, windowMs: 60_000 } })
    await using started = await start({ rate: '3/min' }, { dialect })
    const texts = []
    for (let count = 0; count < 4; count++) {
      const { json } = await started.ask(alice, { synapse: 'Ask', fields: { text: 'hi' }, hashed: [] })
      texts.push(json.message)
    }
    const used = 'The budget of this hotkey is used up'
    assert.deepEqual(texts, [undefined, undefined, used, 'Too many requests: at most 3/min'])
  })
})

describe('a policy that is replaced', () => {
  realSockets()

  it('decides on requests from then on, and keeps the counters of rates that stay', async () => {
    await using started = await start({ rate: '2/day' })
    assert.deepEqual(await started.askTimes(1, alice), [200])
    started.policy.replace(policyWith({ rate: '2/day', deny: [charlie.address] }))
    assertRefused(await started.ask(charlie), 403, 'Forbidden. Key is blacklisted: blacklisted hotkey.')
    assert.deepEqual(await started.askTimes(2, alice), [200, 429])
    started.policy.replace(policyWith({}))
    assert.deepEqual(await started.askTimes(2, alice), [200, 200])
  })

  it('counts the time before by the rate of then', async () => {
    await using started = await start({ rate: '3/min' })
    assert.deepEqual(await started.askTimes(4, alice), [200, 200, 200, 429])
    started.clock.ms += 60_000
    started.policy.replace(policyWith({ rate: '3/day' }))
    assert.deepEqual(await started.askTimes(4, alice), [200, 200, 200, 429])
    started.clock.ms += 60_000
    started.policy.replace(policyWith({ rate: '3/min' }))
    assert.deepEqual(await started.askTimes(1, alice), [429])
  })

  it('refuses whom it denies in the queue, and lets work in progress end', async () => {
    const policy = new CurrentPolicy(policyWith({}))
    await using queue = await startQueue({ policy, standings, queue: 3 })
    const working = await queue.wait('at work')
    const held = await queue.miner.next()
    const denied = await queue.wait('waits')
    const other = await queue.wait('of another', {}, { by: charlie })
    policy.replace(policyWith({ deny: [alice.address] }))
    assertRefused(await denied.reply, 403, 'Forbidden. Key is blacklisted: blacklisted hotkey.')
    assertRefused(await send(queue.axon.url, saying('new')), 403, 'Forbidden. Key is blacklisted: blacklisted hotkey.')
    held.answer('to the end')
    assert.equal((await working.reply).status, 200)
    const next = await queue.miner.next()
    assert.equal(next.said, 'of another')
    next.answer('fine')
    assert.equal((await other.reply).status, 200)
  })

  it('refuses whom it denies while the body comes, before a place is taken', async () => {
    const policy = new CurrentPolicy(policyWith({}))
    const blacklist = () => {
      policy.replace(policyWith({ deny: [alice.address] }))
      return { allow: true } as const
    }
    const miner = {
      blacklist,
      async *prompt() {
        yield 'never'
        return { model: 'm', finishReason: 'stop' }
      },
    }
    await using axon = await startAxon({ policy, standings, miner })
    assertRefused(await send(axon.url, signedRequest()), 403, 'Forbidden. Key is blacklisted: blacklisted hotkey.')
  })
})
