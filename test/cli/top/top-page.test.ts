import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import type { LiveStatus, RequestEntry } from '#dist/admin/api.js'
import { topPage } from '#dist/cli/top/top-page.js'
import { printedColumns } from '#dist/text/fill.js'
import { zoneText } from '#dist/text/zone.js'
import { alice, bob } from '../../support/signed-request.ts'

const at = Date.now()
const plain = { width: undefined, height: undefined, isColoured: false, silent: null }

const status: LiveStatus = {
  at,
  miner: {
    version: '0.1.0',
    pid: 1,
    startedAt: at - 3 * 3_600_000,
    url: 'http://127.0.0.1:8091',
    port: 8091,
    hotkey: bob.address,
    use: 'openai',
    models: ['gpt-4o-mini'],
    dialect: 'prompting',
    wires: ['synapse'],
    isDraining: false,
    network: 'finney',
    netuid: 1,
  },
  requests: {
    answered: 1_234,
    refused: 404,
    failed: 0,
    cancelled: 0,
    signed: { answered: 1_234, refused: 4, failed: 0, cancelled: 0 },
    unproven: 0,
    strangers: 400,
    perSecond: 12.34,
    unprovenPerSecond: 0,
    strangersPerSecond: 2,
  },
  latency: { firstToken: { count: 900, p50: 120, p95: 480, p99: 12_300 }, total: null },
  tokens: { prompt: 123_456, cached: 1_000, completion: 7, reasoning: 0 },
  load: {
    connections: { open: 0, of: 1, top: [] },
    bodies: { bytes: 0, of: 1, top: [] },
    checks: { waiting: 0, of: 1, top: [] },
    places: { atWork: 8, of: 16, waiting: 1, queue: 64, top: [] },
    nonces: { remembered: 0, of: 1 },
  },
  validators: [],
  reasons: [],
  endpoints: [
    {
      endpoint: 'main',
      breaker: 'closed',
      failures: 0,
      restMs: 0,
      keys: [{ restMs: 0 }, { restMs: 5_000, code: 'X' }],
    },
    {
      endpoint: 'backup',
      breaker: 'open',
      failures: 3,
      restMs: 12_000,
      keys: [{ restMs: 0 }],
      lastError: { code: 'MODEL_BUSY', at },
    },
  ],
  chain: {
    state: 'fresh',
    registered: true,
    uid: 12,
    announced: { ip: '203.0.113.7', port: 8091 },
    ours: { ip: '203.0.113.7', port: 8091 },
    announcement: 'announced',
    metagraphAt: at - 240_000,
    incentive: [{ at, value: 0.00123 }],
  },
  dropped: 0,
}

const request: RequestEntry = {
  id: '1',
  at,
  hotkey: alice.address,
  claimed: alice.address,
  synapse: 'Prompting',
  outcome: 'answered',
  status: 200,
  ms: 1_234,
  times: { done: 1_234 },
  model: 'gpt-4o-mini',
  endpoint: 'main',
  attempts: [{ endpoint: 'backup', model: 'm', ms: 5, error: 'MODEL_BUSY' }],
  usage: { promptTokens: 312, completionTokens: 87 },
}

describe('the page of miner top', () => {
  it('tells first that no request that names a validator is proven', () => {
    const problem = 'check the clock'
    const unproven = { ...status.requests, unproven: 3_000, unprovenPerSecond: 300, problem }
    const lines = topPage({ ...status, requests: unproven }, [request], plain).split('\n')
    assert.equal(lines[1], '  problem      check the clock')
    assert.ok(lines.includes('  unproven     300.0/s, 3,000 that name a validator'))
  })

  it('shows who the miner is, how it does, its endpoints and its last requests', () => {
    const lines = topPage(status, [request], plain).split('\n')
    const clock = (text: string) => text.replace(/\d\d:\d\d:\d\d/, 'CLOCK')
    assert.deepEqual(lines.map(clock), [
      '  miner        openai gpt-4o-mini, dialect prompting, up for 3 h',
      '  requests     12.3/s, 1,234 answered (99.7 %), 4 refused',
      '  first token  p50 120 ms, p95 480 ms, p99 12.3 s of 900 in 5 min',
      '  answer       no answer in the last 5 min',
      '  at work      ██████████░░░░░░░░░░ 8 of 16',
      '  queue        █░░░░░░░░░░░░░░░░░░░ 1 of 64',
      '  tokens       123,456 in (1,000 cached), 7 out',
      '  strangers    2.0/s, 400 others',
      '  chain        uid 12, announced as 203.0.113.7:8091, metagraph 4 min ago, incentive 0.00123',
      '  axon         http://127.0.0.1:8091, hotkey 5FHne…94ty, subnet 1 on finney',
      '',
      'ENDPOINT  STATE       FAILURES  KEYS    LAST ERROR',
      'main      works              0  1 of 2',
      'backup    rests 12 s         3  1 of 1  MODEL_BUSY 0 s ago',
      '',
      `last requests, times in ${zoneText(at)}`,
      'CLOCK 200  1234 ms 5Grwv…utQY  Prompting gpt-4o-mini@main 312+87 tokens backup: MODEL_BUSY',
      '',
    ])
  })

  it('leaves out what has no source, and says when a miner stops or does not reply', () => {
    const { endpoints: _, chain: __, ...bare } = status
    const { network: _network, netuid: _netuid, ...miner } = bare.miner
    const stopping = { ...bare, miner: { ...miner, models: [], isDraining: true } }
    const page = topPage(stopping, [], { ...plain, silent: { why: 'the admin port is silent', ms: 5_000 } })
    assert.match(page, /^the admin port is silent; these figures are 5 s old\n\n/)
    assert.match(page, /miner +openai, dialect prompting, stopping for 3 h\n(.*\n)+ +axon .*, no chain\n/)
    assert.match(page, /\n\nno validator has been answered yet\n$/)
    assert.doesNotMatch(page, /ENDPOINT|chain {2}/)
  })

  it('does not show an unknown cost as zero', () => {
    const page = topPage({ ...status, money: { today: { unknown: 3 } } }, [], plain)
    assert.match(page, / today +the cost of 3 requests is not known\n/)
  })

  it('shows what was spent, and the cost of how many requests is not known', () => {
    const money = {
      today: { usd: 0.5, unknown: 3 },
      budget: { usdPerDay: 5, usedUsd: 0.75, isSpent: false, until: at },
    }
    assert.match(
      topPage({ ...status, money }, [], plain),
      / today +\$0\.50, \$0\.75 of \$5\.00 with what is reserved, the cost of 3 requests is not known\n/,
    )
  })

  it('tells how many hotkeys have spent their budget', () => {
    const today = { usd: 1.5, unknown: 0 }
    const one = { today, hotkeyBudgets: { asked: 2, spent: 1, most: [] } }
    assert.match(
      topPage({ ...status, money: one }, [], plain),
      / today +\$1\.50, 1 of 2 hotkeys has spent its budget\n/,
    )
    const strangersBudget = { usdPerDay: 1, usedUsd: 1, isSpent: true }
    const many = { today, hotkeyBudgets: { asked: 50, spent: 30, most: [] }, strangersBudget }
    assert.match(
      topPage({ ...status, money: many }, [], plain),
      / today +\$1\.50, 30 of 50 hotkeys have spent their budget, unregistered hotkeys have spent theirs\n/,
    )
  })

  it('says when the budget of all is spent', () => {
    const budget = { usdPerDay: 5, usedUsd: 4.999, isSpent: true, until: at }
    assert.match(
      topPage({ ...status, money: { today: { usd: 4.999, unknown: 0 }, budget } }, [], plain),
      /of \$5\.00 with what is reserved, the budget is spent\n/,
    )
  })

  it('fits each terminal: no line wraps, and a low one keeps rate, latency, places, endpoints and the last requests', () => {
    const long = 'a-host-with-a-name-that-no-narrow-terminal-has-room-for.internal.example.com:8000'
    const wide = { ...request, synapse: '日本語のシナプス名前がとても長いですね', model: long, status: 502 }
    const failed = { ...wide, outcome: 'failed' as const, code: 'UPSTREAM_FAILED', reason: long }
    const [first, second] = status.endpoints!
    const shown: LiveStatus = {
      ...status,
      endpoints: [{ ...first!, endpoint: long }, second!],
      money: { today: { usd: 0.5, unknown: 3 } },
      chain: { ...status.chain!, problem: { message: `cannot reach wss://${long}`, since: at } },
    }
    const requests = Array.from({ length: 10 }, () => failed)
    for (const width of [40, 60, 80, 120, 200])
      for (const height of [16, 24, 50])
        for (const isColoured of [false, true]) {
          const page = topPage(shown, requests, { ...plain, width, height, isColoured })
          const lines = stripVTControlCharacters(page).trimEnd().split('\n')
          const size = `${width} x ${height}`
          assert.ok(lines.length < height, `${size}: ${lines.length} lines`)
          for (const line of lines) assert.ok(printedColumns(line) <= width, `${size}: ${line}`)
          for (const part of [
            /^ {2}requests +12\.3\/s/,
            /^ {2}first token +p50 120 ms/,
            /^ {2}at work .* 8 of 16$/,
            /^backup .*rests 12 s/,
          ])
            assert.ok(
              lines.some(line => part.test(line)),
              `${size}: ${part}`,
            )
          const listed = lines.length - lines.findIndex(line => line.endsWith(`times in ${zoneText(at)}`)) - 1
          assert.ok(listed >= 3 && (height < 50 || listed === 10), `${size}: ${listed} requests`)
        }
  })

  it('escapes controls in what other programs chose', () => {
    const hostile = { ...request, synapse: '\u001b[2Jx', outcome: 'failed' as const, status: 502, reason: '\u0007y\nz' }
    const page = topPage(status, [hostile], plain)
    assert.doesNotMatch(page, /[\p{Cc}--\n]/v)
    assert.match(page, /\\u001b\[2Jx/)
  })
})
