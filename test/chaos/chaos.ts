import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Memory } from '../support/memory.ts'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { random } from '../support/random.ts'
import { trustedCertificate } from '../support/tls-front.ts'
import { type Caller, streamCaller, wholeCaller } from './callers.ts'
import { type FailingEndpoint, startFailingEndpoint } from './endpoint.ts'
import { broken, type Outcome } from './outcome.ts'
import { startDirectMiner } from './start-direct-miner.ts'

export const AT_ONCE = 16
export const DEADLINE_MS = 2000
const FAULTS = 0.3
/** Share of callers that disconnect before the answer. */
const LEAVERS = 0.1
/** Questions before the first measurement of memory, so that permanent allocations are already made. */
const WARM_UP = 1000
/** How long the first endpoint may stay silent before the miner asks a second. */
const HEDGE_MS = 700

/** One question with its outcome, start and end, both by `performance.now()`. */
export type Asked = { readonly number: number; readonly outcome: Outcome; readonly from: number; readonly to: number }

/** The result of a run. */
export type Chaos = {
  readonly asked: readonly Asked[]
  readonly seconds: number
  /** the longest delay of this process's event loop: its time measurements may be off by that */
  readonly stuckMs: number
  readonly endpoints: readonly Pick<FailingEndpoint, 'name' | 'served' | 'handshakes'>[]
  /** after the warm-up and at the end, of `miner serve` and of the miner without an axon */
  readonly memory: Readonly<Record<'serve' | 'direct', { readonly before: Memory; readonly after: Memory }>>
  /** the time from the endpoints' recovery to the first answer; null when it exceeds 30 s */
  readonly recoveredMs: number | null
}

/** Asks `questions` questions, or as many as fit in `seconds`, and records what happens. */
export async function chaos(options: { seed: number; seconds: number; questions: number }): Promise<Chaos> {
  const { seed } = options
  await using main = await startFailingEndpoint({ name: 'main', seed, rate: FAULTS, tls: false })
  await using other = await startFailingEndpoint({ name: 'other', seed, rate: FAULTS, tls: true })
  const endpoints = [main, other].map(({ name, baseUrl }) => ({
    name,
    baseUrl,
    model: 'tiny',
    weight: 1,
    // The miner never reuses a key that was refused, and faults refuse many.
    apiKeys: Array.from({ length: 64 }, (_, at) => `${name}-key-${at}`),
  }))
  const env = { NODE_EXTRA_CA_CERTS: trustedCertificate }
  await using serve = await startMiner(['serve', '--dev', '--axon-port', '0', '--concurrency', '8'], {
    env: {
      ...env,
      MINER_OPENAI_ENDPOINTS: JSON.stringify(endpoints),
      MINER_OPENAI_HEDGE: `${HEDGE_MS}ms`,
      NODE_OPTIONS: `--import ${import.meta.resolve('../support/memory-door.ts')}`,
    },
  })
  await using direct = await startDirectMiner({ endpoints, hedge: HEDGE_MS }, { deadlineMs: DEADLINE_MS, env })
  const callers = [wholeCaller(serve, DEADLINE_MS), direct.caller, streamCaller(serve, DEADLINE_MS), direct.caller]

  const asked: Asked[] = []
  const startedAt = performance.now()
  const deadline = startedAt + options.seconds * 1000
  const askUntil = async (last: number) => {
    let next = asked.length
    const worker = async () => {
      while (next < last && performance.now() < deadline) asked.push(await one(seed, next++, callers))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
  /** Waits half a second after the last answer; requests that are still open then are leaks. */
  const settled = () => sleep(500)
  const memory = async () => ({
    serve: await leastOf(() => heldBy(serve)),
    direct: await leastOf(() => direct.memory()),
  })

  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await askUntil(Math.min(WARM_UP, options.questions / 2))
  await settled()
  const before = await memory()
  await askUntil(options.questions)
  delay.disable()
  const seconds = (performance.now() - startedAt) / 1000

  await settled()
  const seen = [main, other].map(({ name, served, handshakes }) => ({
    name,
    handshakes,
    served: served.map(request => ({ ...request })),
  }))
  const after = await memory()
  main.recover()
  other.recover()
  const recoveredMs = await untilAnswered(callers[0]!, options.questions)
  return {
    asked,
    seconds,
    stuckMs: delay.max / 1e6,
    endpoints: seen,
    memory: {
      serve: { before: before.serve, after: after.serve },
      direct: { before: before.direct, after: after.direct },
    },
    recoveredMs,
  }
}

/** Asks one question. The seed and the number determine the caller, and whether and when it disconnects. */
async function one(seed: number, number: number, callers: readonly Caller[]): Promise<Asked> {
  const next = random(seed, 'caller', number)
  const leaving = new AbortController()
  const timer = next() < LEAVERS ? setTimeout(() => leaving.abort(), next() * 400) : undefined
  const from = performance.now()
  const outcome = await callers[number % callers.length]!(number, leaving.signal).catch(
    (error: unknown): Outcome => (leaving.signal.aborted ? { kind: 'left' } : broken(String(error))),
  )
  clearTimeout(timer)
  return { number, outcome, from, to: performance.now() }
}

async function untilAnswered(caller: Caller, first: number): Promise<number | null> {
  const from = performance.now()
  for (let number = first; performance.now() - from < 30_000; number++) {
    const { kind } = await caller(number, new AbortController().signal)
    if (kind === 'answered') return performance.now() - from
    await sleep(100)
  }
  return null
}

/** Returns the minimum over several seconds: a kept-alive connection is not a leak, and closes after four seconds. */
async function leastOf(measure: () => Promise<Memory>): Promise<Memory> {
  let least = await measure()
  for (let second = 0; second < 5; second++) {
    await sleep(1000)
    const now = await measure()
    if (now.heap < least.heap) least = now
  }
  return least
}

async function heldBy({ records }: MinerProcess): Promise<Memory> {
  const { memoryPort } = records.find(({ event }) => event === 'memory')!
  return (await fetch(`http://127.0.0.1:${memoryPort}`)).json() as Promise<Memory>
}
