import { type Asked, type Chaos, DEADLINE_MS } from './chaos.ts'

/** Something that must hold, and what was found. */
export type Promised = {
  readonly promise: string
  readonly found: string
  readonly bound: string
  readonly holds: boolean
}

/** How late the last byte may be: what a busy machine adds. */
const LATE_MS = 50
/** How long a request may go on when its caller has its answer, or has left. */
const PAID_MS = 250

/** Looks whether each promise was kept. */
export function promises({ asked, stuckMs, endpoints, memory, recoveredMs }: Chaos): Promised[] {
  const lies = asked.filter(({ outcome }) => outcome.kind === 'broken')
  const stayed = asked.filter(({ outcome }) => outcome.kind !== 'left')
  const given = stayed.filter(({ outcome }) => outcome.kind === 'answered' || outcome.kind === 'in part')
  const latest = stayed.toSorted((one, other) => lateMs(other) - lateMs(one))[0]!
  const requests = endpoints.flatMap(({ served }) => served)
  const open = requests.filter(({ to }) => to === Number.POSITIVE_INFINITY)
  const ends = new Map(asked.map(({ number, to }): [number, Asked['to']] => [number, to]))
  const paid = worst(
    requests.filter(request => !open.includes(request)).map(({ caller, to }) => to - ends.get(caller)!),
  )
  const slack = `the ${Math.round(stuckMs)} ms for which the one who measures was stuck`
  return [
    {
      promise: 'every caller gets an answer or an honest error',
      found: lies.length === 0 ? `${asked.length} did` : lies.slice(0, 5).map(told).join('; '),
      bound: 'no other',
      holds: lies.length === 0,
    },
    {
      promise: 'most get an answer although the endpoints fail',
      found: percent(given.length / stayed.length),
      bound: 'at least 90 % of those who stay',
      holds: given.length >= 0.9 * stayed.length,
    },
    {
      promise: 'nobody gets it after the deadline',
      found: `${Math.round(lateMs(latest))} ms at worst, ${told(latest)}`,
      bound: `at most ${LATE_MS} ms, and ${slack}`,
      holds: lateMs(latest) <= LATE_MS + stuckMs,
    },
    {
      promise: 'no request is open 500 ms after the end',
      found: String(open.length),
      bound: 'none',
      holds: open.length === 0,
    },
    {
      promise: 'none is paid for after its caller has what it gets, or has left',
      found: `${Math.round(paid)} ms at worst`,
      bound: `at most ${PAID_MS} ms, and ${slack}`,
      holds: paid <= PAID_MS + stuckMs,
    },
    ...(['serve', 'direct'] as const).map(where => {
      const { before, after } = memory[where]
      const more = after.heap - before.heap
      return {
        promise: `memory is back to where it was, ${where === 'serve' ? 'of miner serve' : 'of a miner without an axon'}`,
        found: `${more.toFixed(1)} MB more on the heap (rss ${Math.round(before.rss)}, then ${Math.round(after.rss)})`,
        bound: `at most ${HEAP_MB} MB`,
        holds: more <= HEAP_MB,
      }
    }),
    {
      promise: 'answers again when the endpoints have recovered',
      found: recoveredMs === null ? 'not in 30 s' : `after ${Math.round(recoveredMs)} ms`,
      bound: 'in 30 s',
      holds: recoveredMs !== null,
    },
  ]
}

/** More than caches and compiled code still take then; 1,000 questions that each left 6 kB behind would show. */
const HEAP_MB = 5

function told({ number, outcome }: Asked): string {
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
