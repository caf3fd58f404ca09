import assert from 'node:assert/strict'
import { explainPolicy } from '#dist/cli/policy/explain-policy.js'
import { explanationPage } from '#dist/cli/policy/explanation-page.js'
import { explanationWarnings, isUndecided } from '#dist/cli/policy/explanation-warnings.js'
import type { RunningMiner } from '#dist/cli/policy/find-miner.js'
import type { KnownPolicy } from '#dist/cli/policy/known-policy.js'
import type { Route } from '#dist/plugin/dialect.js'
import type { PolicySettings } from '#dist/policy/policy-of.js'
import { makePolicySettings } from '#dist/policy/settings.js'
import { dialectOf } from '../../axon/dialect-of.ts'
import { metagraphOf } from '../../support/metagraph.ts'
import { alice, dave } from '../../support/signed-request.ts'
import { now, stateOf } from '../status/status-of.ts'

const metagraph = metagraphOf(2)
const [first, second] = metagraph.neurons
const validator = { ...first!, hotkey: alice.address, hasPermit: true, stakeRao: 5_000_000_000n }

/** What is known of a miner with a chain, with what differs. */
function knownOf(settings: Partial<PolicySettings>, known: Partial<KnownPolicy> = {}): KnownPolicy {
  return {
    settings: { ...makePolicySettings().parse({}), ...settings },
    isLost: null,
    running: null,
    wanted: null,
    metagraph: { ...metagraph, neurons: [validator, second!] },
    metagraphProblem: null,
    chain: 'fresh',
    unusedSettings: [],
    chainError: null,
    ...known,
  }
}

/** A miner that runs and wrote its file a minute ago. */
function runningWith(fields: Partial<RunningMiner>): RunningMiner {
  const { policy: _, ...state } = stateOf({ writtenAt: now - 60_000 })
  return { ...state, policy: { ...makePolicySettings().parse({}), isLost: null }, isGone: false, ...fields }
}

const explain = (known: KnownPolicy, hotkey: string, terms: Partial<Route> = {}) =>
  explainPolicy(known, hotkey, { name: 'Ask', route: dialectOf(terms).synapses.Ask! }, now)
const verdicts = ({ rules }: ReturnType<typeof explain>) => rules.map(({ verdict }) => verdict)
const pageOf = (known: KnownPolicy, explanation: ReturnType<typeof explain>) =>
  explanationPage(explanation, { known, now, width: undefined })

describe('the rates of an explanation', () => {
  const spent = (ratesLeft: RunningMiner['ratesLeft'], settings: Partial<PolicySettings>) =>
    knownOf(settings, { running: runningWith({ ratesLeft }) })

  it('are what the axon holds of a hotkey, however long it has been quiet', () => {
    const settings = { rate: '1/day', requirePermit: false }
    const known = spent([{ hotkey: alice.address, left: 0.2 }], settings)
    assert.deepEqual(
      known.running?.requests.callers.filter(({ hotkey }) => hotkey === alice.address),
      [],
    )
    const { refusal, rates, place } = explain(known, alice.address)
    assert.deepEqual([refusal?.status, refusal?.code, rates[0]?.left, place], [429, 'RATE_EXCEEDED', 0, null])
    assert.equal(Number(refusal?.headers[0]?.[1]), 0.8 * 86_400 - 60)
    assert.equal(explain(known, second!.hotkey).rates[0]?.left, 1)
  })

  it('are those of an unregistered hotkey that has its own', () => {
    const settings = { requirePermit: false, allowUnregistered: true, rates: { [dave.address]: '1/day' } }
    const used = explain(spent([{ hotkey: dave.address, left: 0 }], settings), dave.address)
    assert.deepEqual([used.refusal?.code, used.rates[0]?.by], ['RATE_EXCEEDED', 'hotkey'])
    assert.equal(explain(spent([], settings), dave.address).refusal, null)
  })

  it('say so where what is left is not known', () => {
    const open = { requirePermit: false, allowUnregistered: true, rate: '3/min' }
    const known = spent([], open)
    const stranger = explain(known, dave.address)
    assert.deepEqual(
      stranger.rates.map(({ by, left }) => [by, left]),
      [
        ['address', null],
        ['address', null],
      ],
    )
    assert.match(pageOf(known, stranger), /^admitted, at most 3\/min and 10 in 10 s \(what is left is not known\)\n/)
    const older = spent(null, open)
    assert.match(
      pageOf(older, explain(older, alice.address)),
      /^ {2}rate +3\/min, counted by itself, what is left is not known$/m,
    )
  })

  it('name the cost where the route counts it', () => {
    const terms = { rate: { limit: 50_000, windowMs: 4_320_000 }, cost: () => 7 }
    const known = knownOf({})
    const explained = explain(known, alice.address, terms)
    assert.equal(explained.rates[0]?.counts, 'cost')
    assert.match(pageOf(known, explained), /^admitted, at most 50000 in 4320 s by the cost of a request\n/)
  })
})

describe('an explanation', () => {
  it('enforces no rule where the route takes any hotkey, and counts a denied one by its address', () => {
    const running = runningWith({ ratesLeft: [{ hotkey: alice.address, left: 0 }] })
    const known = knownOf({ deny: [alice.address], rate: '1/day' }, { running })
    const explained = explain(known, alice.address, { rules: false })
    assert.deepEqual(verdicts(explained), [
      'not enforced',
      'not enforced',
      'off',
      'not enforced',
      'not enforced',
      'off',
    ])
    assert.equal(explained.rules[0]?.why, 'Ask takes any hotkey that signs')
    assert.deepEqual([explained.refusal, explained.place?.isStranger], [null, true])
    assert.deepEqual(
      explained.rates.map(({ by, left }) => [by, left]),
      [
        ['address', null],
        ['address', null],
      ],
    )
  })

  it('asks no rule where the route takes unsigned requests', () => {
    const explained = explain(knownOf({ deny: [alice.address] }), alice.address, { auth: 'none' })
    assert.deepEqual(verdicts(explained), ['not asked', 'not asked', 'off', 'not asked', 'not asked', 'off'])
    assert.equal(explained.rules[0]?.why, 'Ask takes unsigned requests')
    assert.equal(explained.refusal, null)
  })

  it('has the status and the text that the dialect gives a refusal', () => {
    const refusals = { BLACKLISTED: { status: 418, text: 'not you' } }
    const { refusal } = explain(knownOf({ deny: [alice.address] }), alice.address, { refusals })
    assert.deepEqual([refusal?.status, refusal?.code, refusal?.message], [418, 'BLACKLISTED', 'not you'])
  })

  it('tells whether the miner has lost its place, or that its hotkey is not known', () => {
    const ownPlace = (isLost: KnownPolicy['isLost']) => {
      const { rules, refusal } = explain(knownOf({}, { isLost }), alice.address)
      const { verdict, why } = rules[2]!
      return [verdict, why, refusal?.message]
    }
    const reason = 'Forbidden. Key is blacklisted: miner not registered.'
    assert.deepEqual(ownPlace(true), ['refuses', 'the miner has lost its place in the subnet', reason])
    assert.deepEqual(ownPlace(false), ['passes', 'the miner has its place in the subnet', undefined])
    assert.deepEqual(ownPlace('unknown'), ['not asked', "the miner's own hotkey is not known", undefined])
    assert.match(ownPlace(null)[1]!, /whenDeregistered is exit/)
  })

  it('leaves the last word to the blacklist hook of a miner that has one', () => {
    const known = knownOf({}, { running: runningWith({ hasBlacklist: true }) })
    const explained = explain(known, alice.address)
    assert.equal(explained.blacklistHook, true)
    assert.match(pageOf(known, explained), /^admitted, unless the miner's blacklist hook refuses it\n/)
    assert.equal(explain(known, alice.address, { rules: false }).blacklistHook, false)
    assert.equal(explain(known, dave.address).blacklistHook, false)
    assert.equal(explain(knownOf({}), alice.address).blacklistHook, null)
  })

  it('is undecided while the standing decides and the saved metagraph cannot be used', () => {
    const damaged = { running: runningWith({}), metagraph: null, metagraphProblem: 'is damaged: its checksum differs' }
    const known = knownOf({}, damaged)
    assert.ok(isUndecided(explain(known, alice.address), known))
    assert.deepEqual(
      explanationWarnings(known).map(({ message }) => message),
      ['the saved metagraph is damaged: its checksum differs'],
    )
    const denied = knownOf({ deny: [alice.address] }, damaged)
    assert.ok(!isUndecided(explain(denied, alice.address), denied))
  })

  it('warns of a process that is gone, and of a store that fails', () => {
    const failure = { code: null, message: 'the disk is full', hint: 'free space', since: now }
    const running = runningWith({
      isGone: true,
      store: { kind: 'disk', failure, pause: { why: 'unknown', until: now + 3_000 } },
    })
    const [gone, failing, paused] = explanationWarnings(knownOf({}, { running }), now)
    assert.match(gone!.message, /^no process 4711 runs here/)
    assert.match(failing!.message, /: the disk is full$/)
    assert.match(paused!.message, /refused for another 3 s$/)
  })
})
