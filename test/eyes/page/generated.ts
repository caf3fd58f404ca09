import type {
  EndpointStatus,
  HistoryPoint,
  HotkeyBudgets,
  LiveChain,
  LiveStatus,
  RequestEntry,
  ValidatorStatus,
} from '../../../src/admin/api.ts'

// What the admin port of a busy miner says, made of a seed: the same in each run.

const ADDRESS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const CODES = [
  {
    ending: 'refused',
    code: 'RATE_EXCEEDED',
    status: 429,
    reason: 'Too many requests: at most 30/min',
    isOfStrangers: false,
  },
  {
    ending: 'refused',
    code: 'BLACKLISTED',
    status: 403,
    reason: 'Forbidden. Key is blacklisted: validator permit required.',
    isOfStrangers: true,
  },
  { ending: 'failed', code: 'DEADLINE', status: 504, reason: 'No answer within 12s', isOfStrangers: false },
] as const

const none = { answered: 0, refused: 0, failed: 0, cancelled: 0 }

export type Random = () => number

/** Numbers from 0 to 1 (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function generatedHotkey(random: Random): string {
  return `5${Array.from({ length: 47 }, () => ADDRESS[Math.floor(random() * ADDRESS.length)]).join('')}`
}

/** A miner that nobody has asked yet, without a chain, endpoints or prices. */
export function idleStatus(at: number): LiveStatus {
  return {
    at,
    miner: {
      version: '0.1.0',
      pid: 4321,
      startedAt: at - 8_000,
      url: 'http://127.0.0.1:8091',
      port: 8091,
      hotkey: '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
      use: 'echo',
      models: [],
      dialect: 'prompting',
      wires: ['synapse'],
      isDraining: false,
    },
    requests: {
      ...none,
      signed: none,
      unproven: 0,
      strangers: 0,
      perSecond: 0,
      unprovenPerSecond: 0,
      strangersPerSecond: 0,
    },
    latency: { firstToken: null, total: null },
    tokens: { prompt: 0, cached: 0, completion: 0, reasoning: 0 },
    load: {
      connections: { open: 0, of: 1024, top: [] },
      bodies: { bytes: 0, of: 256 * 2 ** 20, top: [] },
      checks: { waiting: 0, of: 256, top: [] },
      places: { atWork: 0, waiting: 0, top: [], of: 64, queue: 256 },
      nonces: { remembered: 0, of: 100_000 },
    },
    validators: [],
    reasons: [],
    dropped: 0,
  }
}

/** A miner under load, with all that it can have. */
export function busyStatus(at: number, { validators = 24, seed = 1 } = {}): LiveStatus {
  const random = randomOf(seed)
  const idle = idleStatus(at)
  const shown = Array.from({ length: validators }, (_, index) => validatorOf(random, at, index))
  return {
    ...idle,
    miner: {
      ...idle.miner,
      startedAt: at - 3.4 * 86_400_000,
      use: 'openai',
      models: ['gpt-4o-mini'],
      network: 'finney',
      netuid: 1,
    },
    requests: {
      answered: 812_406,
      refused: 994_310,
      failed: 1_204,
      cancelled: 377,
      signed: { answered: 812_406, refused: 14_310, failed: 1_204, cancelled: 377 },
      unproven: 0,
      strangers: 980_000,
      perSecond: 41.6,
      unprovenPerSecond: 0,
      strangersPerSecond: 3.2,
    },
    latency: {
      firstToken: { count: 12_400, p50: 312, p95: 840, p99: 1_630 },
      total: { count: 12_400, p50: 2_410, p95: 5_230, p99: 8_870 },
    },
    tokens: { prompt: 1_240_000_000, cached: 310_000_000, completion: 402_000_000, reasoning: 21_000_000 },
    load: { ...idle.load, places: { atWork: 52, waiting: 7, top: [], of: 64, queue: 256 } },
    validators: shown,
    reasons: CODES.map(({ isOfStrangers, ...one }, index) => {
      const count = 900 - 300 * index
      return { ...one, count, strangers: isOfStrangers ? count : 0, lastAt: at - 3_000 * index }
    }),
    endpoints: endpointsAt(at),
    money: {
      today: { usd: 38.4207, unknown: 3 },
      budget: { usdPerDay: 60, usedUsd: 39.12, isSpent: false, until: at + 6.5 * 3_600_000 },
      hotkeyBudgets: hotkeyBudgetsOf(shown),
    },
    chain: chainAt(at, random),
  }
}

function hotkeyBudgetsOf(shown: readonly ValidatorStatus[]): HotkeyBudgets {
  const most = shown.flatMap(({ hotkey, budget }) => (budget ? [{ of: hotkey, ...budget }] : []))
  return { asked: most.length, spent: most.filter(({ isSpent }) => isSpent).length, most }
}

/** A point of a busy miner. */
export function busyPoint(at: number, random: Random): HistoryPoint {
  const wave = 1 + 0.35 * Math.sin(at / 40_000) + 0.15 * Math.sin(at / 9_000)
  const answered = Math.round(32 * wave + 8 * random())
  const slow = 1 + 0.5 * random()
  return {
    at,
    answered,
    refused: Math.round(3 * random() * wave),
    failed: random() < 0.12 ? 1 + Math.round(2 * random()) : 0,
    cancelled: random() < 0.05 ? 1 : 0,
    unproven: 0,
    strangers: Math.round(6 * random()),
    firstToken: { p50: 290 * wave * slow, p95: 690 * wave * slow, p99: 1_150 * wave * slow },
    total: { p50: 2_100 * wave * slow, p95: 4_300 * wave * slow, p99: 6_600 * wave * slow },
    atWork: Math.min(64, Math.round(44 * wave + 6 * random())),
    waiting: Math.max(0, Math.round(14 * (wave - 1.2) + 2 * random())),
    promptTokens: answered * 900,
    completionTokens: answered * 290,
    usd: answered * 0.00031,
  }
}

/** A point of a second in which nothing happened. */
export function idlePoint(at: number): HistoryPoint {
  const nothing = { ...none, unproven: 0, strangers: 0, atWork: 0, waiting: 0, promptTokens: 0, completionTokens: 0 }
  return { at, ...nothing, firstToken: null, total: null }
}

export function generatedRequest(at: number, random: Random, hotkey: string): RequestEntry {
  const drawn = random()
  const base = {
    id: Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
    at,
    hotkey,
    claimed: hotkey,
    synapse: 'TextPrompting',
  }
  const claimed = 0.4 + random()
  const verified = claimed + 1 + 2 * random()
  if (drawn < 0.08)
    return {
      ...base,
      outcome: 'refused',
      status: 429,
      code: 'RATE_EXCEEDED',
      reason: 'Too many requests: at most 30/min',
      ms: verified + 0.2,
      times: { claimed, verified, done: verified + 0.2 },
    }
  const placed = verified + 60 * random() ** 3
  const firstToken = placed + 180 + 400 * random()
  const done = firstToken + 800 + 4_000 * random()
  const target = { endpoint: 'api.openai.com', model: 'gpt-4o-mini' }
  if (drawn < 0.12)
    return {
      ...base,
      outcome: 'failed',
      status: 504,
      code: 'DEADLINE',
      reason: 'No answer within 12s',
      ms: done,
      times: { claimed, verified, placed, done },
      attempts: [{ ...target, ms: done - placed, error: 'MODEL_TIMEOUT' }],
    }
  if (drawn < 0.14)
    return { ...base, outcome: 'cancelled', ms: firstToken, times: { claimed, verified, placed, done: firstToken } }
  return {
    ...base,
    outcome: 'answered',
    status: 200,
    ms: done,
    times: { claimed, verified, placed, firstToken, done },
    ...target,
    attempts: [
      ...(drawn < 0.2
        ? [{ endpoint: 'llm.example:8000', model: 'gpt-4o-mini', ms: 120, error: 'MODEL_UNREACHABLE' }]
        : []),
      { ...target, ms: done - placed },
    ],
    usage: {
      promptTokens: Math.round(400 + 900 * random()),
      cachedTokens: 128,
      completionTokens: Math.round(80 + 400 * random()),
    },
    usd: 0.0001 + 0.0006 * random(),
  }
}

function validatorOf(random: Random, at: number, index: number): ValidatorStatus {
  const answered = Math.round(4_000 * random() ** 2) + 3
  const isRefused = random() < 0.4
  const refused = isRefused ? Math.round(300 * random()) : 0
  const first = 240 + 300 * random()
  return {
    hotkey: generatedHotkey(random),
    uid: index,
    stakeTao: 800_000 * random() ** 4 + 12,
    hasPermit: random() < 0.85,
    lastAt: at - Math.round(60_000 * random() ** 2),
    answered,
    refused,
    failed: random() < 0.2 ? 2 : 0,
    cancelled: random() < 0.1 ? 1 : 0,
    reasons: refused > 0 ? [{ code: random() < 0.5 ? 'RATE_EXCEEDED' : 'BLACKLISTED', count: refused }] : [],
    firstToken: { count: answered, p50: first, p95: 2.4 * first, p99: 4 * first },
    total: { count: answered, p50: 7 * first, p95: 15 * first, p99: 24 * first },
    tokens: { prompt: 900 * answered, cached: 200 * answered, completion: 290 * answered, reasoning: 0 },
    usd: 0.00031 * answered,
    ...(index < 5 && { budget: { usdPerDay: 2, usedUsd: 2 - 0.35 * index, isSpent: index < 2 } }),
  }
}

function endpointsAt(at: number): EndpointStatus[] {
  return [
    {
      endpoint: 'api.openai.com',
      breaker: 'closed',
      failures: 0,
      restMs: 0,
      keys: [{ restMs: 0 }, { restMs: 41_000, code: 'MODEL_RATE_LIMITED' }],
      lastError: { code: 'MODEL_RATE_LIMITED', at: at - 19_000 },
    },
    {
      endpoint: 'llm.example:8000',
      breaker: 'open',
      failures: 7,
      restMs: 12_000,
      keys: [{ restMs: 0 }],
      lastError: { code: 'MODEL_UNREACHABLE', at: at - 3_000 },
    },
  ]
}

function chainAt(at: number, random: Random): LiveChain {
  const address = { ip: '203.0.113.7', port: 8091 }
  const hours = Array.from({ length: 72 }, (_, index) => at - (72 - index) * 1_200_000)
  return {
    state: 'fresh',
    registered: true,
    uid: 42,
    announced: address,
    ours: address,
    announcement: 'announced',
    metagraphAt: at - 214_000,
    incentive: hours.map((hour, index) => ({ at: hour, value: 0.0118 + 0.00004 * index + 0.0009 * random() })),
  }
}
