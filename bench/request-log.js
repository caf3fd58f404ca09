import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { publish } from '../dist/axon/events.js'
import { RequestReader } from '../dist/request-log/database/request-reader.js'
import { RequestWriter } from '../dist/request-log/database/request-writer.js'
import { recordRequests } from '../dist/request-log/record-requests.js'
import { openRequestLogWriter } from '../dist/request-log/request-log-writer.js'
import { median } from './starts.js'

const ROWS = 1_000_000
const BATCH = 5_000
const HOTKEYS = 64
const WEEK_MS = 7 * 86_400_000

/**
 * Fills a request log with a million requests of a week, and measures how long each listing takes in the thread that reads, and
 * what a request costs the thread of the axon.
 */
export async function requestLog() {
  const folder = mkdtempSync(join(tmpdir(), 'miner-bench-requests-'))
  try {
    const path = join(folder, 'log.sqlite')
    const filled = fill(path)
    const cost = { metadata: await costOfRequest(folder, false), full: await costOfRequest(folder, true) }
    return {
      cost,
      filled: { rows: ROWS, ...filled, bytesARow: Math.round(statSync(path).size / ROWS) },
      listings: listings(path),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fill(path) {
  const now = Date.now()
  const writer = new RequestWriter({ path, secrets: ['sk-0123456789abcdef'], maxAgeMs: 2 * WEEK_MS, maxBytes: 2 ** 40 })
  let slowestMs = 0
  const start = performance.now()
  for (let first = 0; first < ROWS; first += BATCH) {
    const entries = Array.from({ length: BATCH }, (_, at) => ({ request: request(first + at, now) }))
    const begun = performance.now()
    writer.write(JSON.stringify({ entries, strangers: [] }), now)
    slowestMs = Math.max(slowestMs, performance.now() - begun)
  }
  writer.close()
  const rowsASecond = Math.round(ROWS / ((performance.now() - start) / 1_000))
  return { rowsASecond, slowestBatchMs: Math.round(slowestMs) }
}

/** One request in twenty fails, and one in a thousand takes more than five seconds. */
function request(number, now) {
  const hasFailed = number % 20 === 0
  return {
    id: randomUUID(),
    at: now - WEEK_MS + Math.floor((number / ROWS) * WEEK_MS),
    ms: number % 1_000 === 1 ? 6_000 : 200 + (number % 700),
    hotkey: hotkeyOf(number),
    address: '192.0.2.7',
    synapse: 'Prompting',
    outcome: hasFailed ? 'failed' : 'answered',
    status: hasFailed ? 502 : 200,
    ...(hasFailed && { code: 'UPSTREAM_FAILED', reason: 'The model behind this miner failed' }),
    model: 'gpt-4o-mini',
    endpoint: 'main',
    attempts: [{ endpoint: 'main', model: 'gpt-4o-mini', ms: 180 }],
    usage: { promptTokens: 300, completionTokens: 80 },
    times: { claimed: 0, verified: 1, placed: 2, firstToken: 120, done: 200 },
  }
}

function hotkeyOf(number) {
  return `5F${String(number % HOTKEYS).padStart(46, 'x')}`
}

function listings(path) {
  const reader = new RequestReader(path)
  const rare = '5Frare'
  const filters = {
    '-n 20': {},
    '--hotkey': { hotkey: hotkeyOf(7) },
    '--hotkey, of no request': { hotkey: rare },
    '--status 502': { status: 502 },
    '--outcome failed --since 1h': { outcome: 'failed', since: Date.now() - 3_600_000 },
    '--slow 5s': { minMs: 5_000 },
    '--hotkey --slow 5s': { hotkey: hotkeyOf(7), minMs: 5_000 },
  }
  const rows = Object.entries(filters).map(([flags, filter]) => [flags, timed(() => reader.list(filter, 20))])
  const { id } = reader.list({}, 1).requests[0]
  rows.push(['show, 8 letters of the id', timed(() => reader.find(id.slice(0, 8)))])
  reader.close()
  return Object.fromEntries(rows)
}

/** The first time, before the pages are in SQLite's cache, and those after it. */
function timed(read) {
  const [first, ...later] = Array.from({ length: 22 }, () => {
    const start = performance.now()
    read()
    return performance.now() - start
  })
  return { firstMs: rounded(first), medianMs: rounded(median(later)), longestMs: rounded(Math.max(...later)) }
}

function rounded(ms) {
  return Number(ms.toPrecision(3))
}

const PUBLISHED = 50_000
const IN_A_TURN = 10
const WRITTEN_AT_ONCE = 5_000

/** Publishes the events of requests as an axon does, and returns what the processor spent on each in this thread. */
async function costOfRequest(folder, isFull) {
  const path = join(folder, `cost-${isFull}`, 'log.sqlite')
  const limits = { maxAgeMs: 2 * WEEK_MS, maxBytes: 2 ** 40 }
  const lost = []
  const onEvent = event => lost.push(event)
  const writer = await openRequestLogWriter({
    path,
    secrets: ['sk-0123456789abcdef'],
    ...limits,
    now: Date.now,
    onEvent,
  })
  const recording = recordRequests({ axon: 'axon', writer, isFull, onError: onEvent })
  const question = { messages: [{ role: 'user', content: 'word '.repeat(200) }] }
  const told = { axon: 'axon', question, answer: 'word '.repeat(100), isTruncated: false, toolCalls: [] }
  const start = process.threadCpuUsage()
  for (let number = 0; number < PUBLISHED; number++) {
    const { id, at, usage, model, attempts, ...record } = request(number + 1, Date.now())
    if (isFull) publish('conversation', () => ({ id, ...told }))
    const outcome = { model, usage, finishReason: 'stop' }
    publish('answered', () => ({
      axon: 'axon',
      id,
      arrivedAt: at,
      claimed: record.hotkey,
      ...record,
      outcome,
      attempts,
    }))
    if (number % IN_A_TURN === 0) await new Promise(setImmediate)
    // An axon is slower than this loop, which would fill the queue.
    if (number % WRITTEN_AT_ONCE === WRITTEN_AT_ONCE - 1) while (writer.state.written <= number) await setTimeout(50)
  }
  const { user, system } = process.threadCpuUsage(start)
  recording[Symbol.dispose]()
  await writer[Symbol.asyncDispose]()
  if (lost.length > 0 || writer.state.written !== PUBLISHED)
    throw new Error(`it lost requests: ${JSON.stringify(lost)}`)
  return { microsecondsARequest: rounded((user + system) / PUBLISHED) }
}
