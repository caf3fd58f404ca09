import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { LiveChain } from '#dist/admin/api.js'
import { publish } from '#dist/axon/events.js'
import { type MinerMetrics, openMetrics } from '#dist/observe/metrics/open-metrics.js'
import type { FigureSources } from '#dist/observe/sources.js'
import { alice, bob } from '../support/signed-request.ts'

const page = readFileSync('docs/monitoring.md', 'utf8')

const load = {
  connections: { open: 2, of: 1_024, top: [] },
  bodies: { bytes: 100, of: 1_000, top: [] },
  checks: { waiting: 3, of: 256, top: [] },
  places: { atWork: 1, of: 16, waiting: 4, queue: 64, top: [] },
  nonces: { remembered: 7, of: 1_000_000 },
}
const chain: LiveChain = {
  state: 'stale',
  registered: true,
  uid: 7,
  announced: { ip: '203.0.113.7', port: 8091 },
  ours: { ip: '203.0.113.8', port: 8091 },
  announcement: 'announced',
  metagraphAt: 1_000,
  incentive: [{ at: 1_000, value: 0.5 }],
}

describe('the metrics', () => {
  let metrics: MinerMetrics | undefined
  afterEach(() => metrics?.[Symbol.dispose]())

  const open = (more: Partial<FigureSources> = {}): MinerMetrics => {
    metrics = openMetrics({
      axon: 'axon',
      hotkey: bob.address,
      known: {
        synapses: ['Prompting'],
        models: ['small'],
        endpoints: ['main'],
        hasRow: hotkey => hotkey === alice.address || hotkey.startsWith('h'),
      },
      mayAsk: hotkey => hotkey === alice.address,
      costsOf: more.money?.costsOf,
      sources: {
        miner: {
          version: '1.2.3',
          pid: 1,
          url: 'http://127.0.0.1:1',
          port: 1,
          hotkey: bob.address,
          use: 'openai',
          models: ['small'],
          dialect: 'prompting',
          wires: ['synapse'],
        },
        isDraining: () => false,
        load: () => load,
        ...more,
      },
      isStoreFailing: () => false,
      dropped: () => 5,
      maxTimeoutMs: 60_000,
      now: () => 61_000,
      onError: assert.ifError,
    })
    return metrics
  }
  const all: Partial<FigureSources> = {
    health: () => [
      { endpoint: 'main', breaker: 'halfOpen', failures: 2, restMs: 1_500, keys: [{ restMs: 0 }, { restMs: 2_000 }] },
    ],
    chain: () => chain,
    money: {
      costOf: () => null,
      costsOf: () => [
        { model: 'small', usd: 0.25 },
        { model: 'huge', usd: 2 },
        { model: 'small', usd: null },
      ],
      status: () => ({
        today: { usd: 4, unknown: 1 },
        budget: { usdPerDay: 5, usedUsd: 4.5, isSpent: false, until: 1 },
      }),
      spentBy: () => ({ usd: 1, unknown: 0 }),
      budgetOf: () => undefined,
      hotkeyBudgets: () => [
        { of: alice.address, usdPerDay: 2, usedUsd: 1.5, isSpent: false },
        { of: 'strangers', usdPerDay: 2, usedUsd: 0.5, isSpent: false },
      ],
    },
  }
  const record = (more: object = {}) => ({
    axon: 'axon',
    id: '1',
    address: '127.0.0.1',
    synapse: 'Prompting',
    claimed: alice.address,
    hotkey: alice.address,
    arrivedAt: 1_795_000_000_000,
    ms: 1_500,
    times: { claimed: 1, verified: 10, placed: 310, firstToken: 700, done: 1_500 },
    ...more,
  })
  const lines = async () => {
    const { text } = await metrics!.text()
    return text.split('\n').filter(line => line.startsWith('miner_'))
  }
  const has = async (...expected: readonly string[]) => {
    const found = await lines()
    for (const line of expected) assert.ok(found.includes(line), `${line} is not among\n${found.join('\n')}`)
  }

  it('are those of docs/monitoring.md, each with its type and labels', async () => {
    open(all)
    const attempts = [{ endpoint: 'main', model: 'small', ms: 1 }]
    const outcome = { model: 'small', finishReason: 'stop', usage: { promptTokens: 1 }, attempts }
    publish('answered', () => ({ ...record(), status: 200, outcome, partial: true, cut: { by: 'deadline' } }))
    publish('refused', () => ({ ...record({ hotkey: null }), status: 401, code: 'NOT_VERIFIED', reason: '' }))
    publish('refused', () => ({
      ...record({ hotkey: null, claimed: null }),
      status: 401,
      code: 'NOT_VERIFIED',
      reason: '',
    }))
    const { text } = await metrics!.text()
    const found = [...text.matchAll(/^# TYPE (miner_\w+) (\w+)$/gm)].map(([, name = '', type]) => {
      const [, labels = ''] = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\}`, 'm').exec(text) ?? []
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).filter(label => label !== 'le')
      return [name, type, names.sort().join(' ')]
    })
    const listed = [...page.matchAll(/^\| `(miner_\w+)` \| (\w+) \|(.*?)\| /gm)].map(([, name, type, labels = '']) => [
      name,
      type,
      [...labels.matchAll(/`(\w+)`/g)]
        .map(([, label]) => label)
        .sort()
        .join(' '),
    ])
    assert.deepEqual(listed, found)
  })

  it('count how requests end, by outcome, code and synapse, and who asked', async () => {
    open()
    publish('answered', () => ({ ...record(), status: 200 }))
    publish('answered', () => ({ ...record(), status: 200 }))
    publish('cancelled', () => record({ hotkey: 'stranger' }))
    publish('refused', () => ({
      ...record({ hotkey: null, claimed: bob.address, synapse: 'Made/up' }),
      status: 404,
      code: 'ROUTE_UNKNOWN',
      reason: '',
    }))
    const unsigned = { hotkey: null, times: { done: 1 } }
    publish('refused', () => ({ ...record(unsigned), status: 401, code: 'NOT_VERIFIED', reason: '' }))
    publish('answered', () => ({ ...record({ ...unsigned, synapse: 'Made/up' }), status: 200 }))
    publish('failed', () => ({ ...record(), status: 502, code: 'UPSTREAM_FAILED', reason: '', plugin: 'm', error: 1 }))
    await has(
      'miner_requests_total{outcome="answered",code="",synapse="Prompting"} 2',
      'miner_requests_total{outcome="cancelled",code="",synapse="Prompting"} 1',
      'miner_requests_total{outcome="refused",code="ROUTE_UNKNOWN",synapse="other"} 1',
      'miner_requests_total{outcome="failed",code="UPSTREAM_FAILED",synapse="Prompting"} 1',
      'miner_unproven_requests_total{code="NOT_VERIFIED"} 1',
      'miner_strangers_total{code="ROUTE_UNKNOWN"} 1',
      'miner_strangers_total{code=""} 1',
      `miner_caller_requests_total{hotkey="${alice.address}",outcome="answered"} 2`,
      'miner_caller_requests_total{hotkey="other",outcome="cancelled"} 1',
      'miner_answer_duration_seconds_bucket{le="1",synapse="Prompting"} 0',
      'miner_answer_duration_seconds_bucket{le="2",synapse="Prompting"} 2',
      'miner_answer_duration_seconds_sum{synapse="Prompting"} 3',
      'miner_answer_duration_seconds_count{synapse="Prompting"} 2',
      'miner_first_token_seconds_bucket{le="0.5",synapse="Prompting"} 0',
      'miner_first_token_seconds_bucket{le="1",synapse="Prompting"} 2',
      'miner_queue_wait_seconds_bucket{le="0.25",synapse="Prompting"} 0',
      'miner_queue_wait_seconds_bucket{le="0.5",synapse="Prompting"} 4',
      'miner_queue_wait_seconds_count{synapse="other"} 1',
    )
  })

  it('count answers that were cut, by the deadline or by an error of any code', async () => {
    open()
    for (const by of ['deadline', 'deadline', 'UPSTREAM_FAILED', 'a code of a plugin'])
      publish('answered', () => ({ ...record(), status: 200, partial: true, cut: { by } }))
    publish('answered', () => ({ ...record(), status: 200 }))
    publish('cancelled', () => ({ ...record(), partial: true, cut: { by: 'deadline' } }))
    await has(
      'miner_cut_answers_total{by="deadline"} 2',
      'miner_cut_answers_total{by="error"} 2',
      'miner_requests_total{outcome="answered",code="",synapse="Prompting"} 5',
    )
  })

  it('count tokens, attempts and cost by what the settings name', async () => {
    open(all)
    const attempts = [
      { endpoint: 'main', model: 'small', ms: 1, error: 'RATE_LIMITED' },
      { endpoint: 'unknown', model: 'huge', ms: 1, error: 'RATE_LIMITED' },
      { endpoint: 'main', model: 'small', ms: 1 },
    ]
    const usage = { promptTokens: 10, cachedTokens: 4, completionTokens: 5 }
    const outcome = { model: 'small-2026-11-29', finishReason: 'stop', usage }
    publish('answered', () => ({ ...record(), status: 200, outcome, attempts }))
    await has(
      'miner_tokens_total{kind="prompt",model="small"} 10',
      'miner_tokens_total{kind="cached",model="small"} 4',
      'miner_tokens_total{kind="completion",model="small"} 5',
      'miner_tokens_total{kind="reasoning",model="small"} 0',
      'miner_attempts_total{endpoint="main",model="small",error=""} 1',
      'miner_attempts_total{endpoint="main",model="small",error="RATE_LIMITED"} 1',
      'miner_attempts_total{endpoint="other",model="other",error="RATE_LIMITED"} 1',
      'miner_cost_usd_total{model="small"} 0.25',
      'miner_cost_usd_total{model="other"} 2',
    )
  })

  it('count the tokens of every attempt that a request pays for, whose model they are', async () => {
    open()
    const usage = { promptTokens: 10, completionTokens: 5 }
    const attempts = [
      { endpoint: 'main', model: 'big', ms: 1, error: 'BROKE_OFF', usage },
      { endpoint: 'main', model: 'small', ms: 1, usage },
      { endpoint: 'main', model: 'small', ms: 1, usage, isShared: true as const },
    ]
    const outcome = { model: 'small', finishReason: 'stop', usage }
    publish('answered', () => ({ ...record(), status: 200, outcome, attempts }))
    publish('cancelled', () => ({ ...record(), attempts: attempts.slice(0, 1) }))
    await has(
      'miner_tokens_total{kind="prompt",model="other"} 20',
      'miner_tokens_total{kind="prompt",model="small"} 10',
      'miner_attempts_total{endpoint="main",model="small",error=""} 1',
      'miner_attempts_total{endpoint="main",model="other",error="BROKE_OFF"} 2',
    )
  })

  it('show what the miner holds at the moment, its endpoints, its chain and its money', async () => {
    open(all)
    await has(
      `miner_info{version="1.2.3",use="openai",dialect="prompting",hotkey="${bob.address}",network="",netuid=""} 1`,
      'miner_draining 0',
      'miner_observer_dropped_total 5',
      'miner_places_at_work 1',
      'miner_queue_waiting 4',
      'miner_endpoint_breaker{endpoint="main",state="half_open"} 1',
      'miner_endpoint_breaker{endpoint="main",state="open"} 0',
      'miner_endpoint_rest_seconds{endpoint="main"} 1.5',
      'miner_key_rest_seconds{endpoint="main",key="2"} 2',
      'miner_registered 1',
      'miner_metagraph_age_seconds 60',
      'miner_chain_state{state="stale"} 1',
      'miner_announced_address_differs 1',
      'miner_incentive_ratio 0.5',
      'miner_cost_today_usd 4',
      'miner_budget_used_ratio 0.9',
      `miner_hotkey_budget_used_ratio{hotkey="${alice.address}"} 0.75`,
      'miner_hotkey_budget_used_ratio{hotkey="strangers"} 0.25',
    )
  })

  it('count what failed requests cost, and tell no cost of the day that is not known', async () => {
    open({ money: { ...all.money!, status: () => ({ today: { unknown: 2 } }) } })
    publish('failed', () => ({ ...record(), status: 502, code: 'UPSTREAM_FAILED', reason: '', plugin: 'm', error: 1 }))
    await has('miner_cost_usd_total{model="small"} 0.25', 'miner_cost_today_unknown 2')
    assert.ok(!(await lines()).some(line => line.startsWith('miner_cost_today_usd')))
  })

  it('leave out what has no source, or is not known', async () => {
    open({ chain: () => ({ ...chain, registered: null, uid: null, ours: null, metagraphAt: null, incentive: [] }) })
    const found = await lines()
    const absent = /^miner_(registered|uid|metagraph_age|announced|incentive|endpoint|key|cost|budget)/
    assert.deepEqual(
      found.filter(line => absent.test(line)),
      [],
    )
  })

  it('have at most 1,000 series each, and the rest is in the last one', async () => {
    open()
    for (let at = 0; at < 3_000; at++) publish('cancelled', () => record({ hotkey: `h${at}` }))
    const callers = (await lines()).filter(line => line.startsWith('miner_caller_requests_total'))
    assert.equal(callers.length, 1_000)
    assert.ok(callers.includes('miner_caller_requests_total{hotkey="other",outcome="other"} 2001'))
  })

  it('bound the gauges of endpoints and the errors of attempts, whatever a plugin reports', async () => {
    const one = { breaker: 'closed' as const, failures: 0, restMs: 0, keys: [] }
    open({ health: () => Array.from({ length: 2_000 }, (_, at) => ({ endpoint: `e${at}`, ...one })) })
    const attempts = [{ endpoint: 'main', model: 'small', ms: 1, error: 'the time is 12:00:01' }]
    publish('answered', () => ({ ...record(), status: 200, attempts }))
    await has('miner_attempts_total{endpoint="main",model="small",error="other"} 1')
    const found = await lines()
    assert.equal(found.filter(line => line.startsWith('miner_endpoint_breaker{')).length, 1_000)
  })

  it('ignore other axons, and the pings of miner status, but not a flood that claims to be these', async () => {
    open()
    publish('answered', () => ({ ...record({ axon: 'other' }), status: 200 }))
    publish('answered', () => ({
      ...record({ synapse: 'Synapse', claimed: bob.address, hotkey: bob.address }),
      status: 200,
    }))
    const claimed = record({ synapse: 'Synapse', claimed: bob.address, hotkey: null })
    for (let sent = 0; sent < 100; sent++)
      publish('refused', () => ({ ...claimed, status: 401, code: 'NOT_VERIFIED', reason: '' }))
    assert.deepEqual(
      (await lines()).filter(line => line.startsWith('miner_requests_total')),
      ['miner_requests_total{outcome="refused",code="NOT_VERIFIED",synapse="other"} 90'],
    )
  })
})
