import { type Asked, type Chaos, DEADLINE_MS } from './chaos.ts'

/** A guarantee, and what the run measured. */
export type Promised = {
  readonly promise: string
  readonly found: string
  readonly bound: string
  readonly holds: boolean
}

/** Allowed delay of the last byte, for a busy machine. */
const LATE_MS = 50
/** How long a request may continue after its caller has its answer, or has disconnected. */
const PAID_MS = 250

/** Checks each guarantee. */
export function promises({ asked, stuckMs, endpoints, memory, recoveredMs }: Chaos): Promised[] {
  const broken = asked.filter(({ outcome }) => outcome.kind === 'broken')
  const stayed = asked.filter(({ outcome }) => outcome.kind !== 'left')
  const given = stayed.filter(({ outcome }) => outcome.kind === 'answered' || outcome.kind === 'in part')
  const latest = stayed.toSorted((one, other) => lateMs(other) - lateMs(one))[0]!
  const requests = endpoints.flatMap(({ served }) => served)
  const open = requests.filter(({ to }) => to === Number.POSITIVE_INFINITY)
  const ends = new Map(asked.map(({ number, to }): [number, Asked['to']] => [number, to]))
  const paid = worst(
    requests.filter(request => !open.includes(request)).map(({ caller, to }) => to - ends.get(caller)!),
  )
  const slack = `the measuring process's own delay of ${Math.round(stuckMs)} ms`
  return [
    {
      promise: 'every caller gets an answer or an honest error',
      found: broken.length === 0 ? `all ${asked.length}` : broken.slice(0, 5).map(format).join('; '),
      bound: 'all',
      holds: broken.length === 0,
    },
    {
      promise: 'most callers get an answer although the endpoints fail',
      found: percent(given.length / stayed.length),
      bound: 'at least 90 % of those that stay connected',
      holds: given.length >= 0.9 * stayed.length,
    },
    {
      promise: 'every reply arrives before the deadline',
      found: `${Math.round(lateMs(latest))} ms past the deadline at worst, ${format(latest)}`,
      bound: `at most ${LATE_MS} ms plus ${slack}`,
      holds: lateMs(latest) <= LATE_MS + stuckMs,
    },
    {
      promise: 'all requests to endpoints are closed 500 ms after the end',
      found: `${open.length} open`,
      bound: '0 open',
      holds: open.length === 0,
    },
    {
      promise: 'requests to endpoints end when their caller has its reply, or has disconnected',
      found: `${Math.round(paid)} ms later at worst`,
      bound: `at most ${PAID_MS} ms plus ${slack}`,
      holds: paid <= PAID_MS + stuckMs,
    },
    ...(['serve', 'direct'] as const).map(where => {
      const { before, after } = memory[where]
      const more = after.heap - before.heap
      return {
        promise: `memory ${where === 'serve' ? 'of miner serve' : 'of a miner without an axon'} returns to its level`,
        found: `${more.toFixed(1)} MB more on the heap (rss ${Math.round(before.rss)}, then ${Math.round(after.rss)})`,
        bound: `at most ${HEAP_MB} MB`,
        holds: more <= HEAP_MB,
      }
    }),
    {
      promise: 'answers again when the endpoints have recovered',
      found: recoveredMs === null ? 'not within 30 s' : `after ${Math.round(recoveredMs)} ms`,
      bound: 'within 30 s',
      holds: recoveredMs !== null,
    },
  ]
}

/**
 * More than caches and compiled code add after the warm-up, and less than a leak of 6 kB in each of 1,000 questions.
 */
const HEAP_MB = 5

function format({ number, outcome }: Asked): string {
  return `${number}: ${outcome.what ?? outcome.kind}`
}

function lateMs({ from, to }: Asked): number {
  return to - from - DEADLINE_MS
}

function worst(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
