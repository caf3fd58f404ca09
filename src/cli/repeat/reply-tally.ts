import type { DendriteReply } from '../../dendrite/create-dendrite.js'
import type { ReplyExplanation } from '../../dendrite/explain.js'

/** Times in milliseconds, to a tenth. Null: no reply has such a time. */
type Times = {
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  /** until the first piece of a stream; absent for whole answers */
  readonly firstP50Ms?: number | null
  readonly firstP99Ms?: number | null
}

/** The replies with one status and, unless it is a success, one meaning. */
export type StatusSummary = Times & {
  readonly status: number | null
  readonly statusFrom?: 'dendrite'
  readonly count: number
  readonly perSecond: number
  /** what the first of these replies means; absent for answers */
  readonly error?: ReplyExplanation
}

/** The result of a question that was asked many times. `perSecond` and the times are those of answers. */
export type TallySummary = Times & {
  /** how many questions were to be asked */
  readonly count: number
  readonly concurrency: number
  /** how many questions were asked, not counting those that were aborted */
  readonly replies: number
  readonly answered: number
  readonly perSecond: number
  readonly ms: number
  /** answers first, then the most frequent */
  readonly statuses: readonly StatusSummary[]
}

type Replies = {
  readonly first: DendriteReply
  readonly error: ReplyExplanation | null
  readonly ms: number[]
  readonly firstMs: number[]
}

/** Counts replies by their status, and keeps how long each took. */
export class ReplyTally {
  readonly #byStatus = new Map<string, Replies>()
  readonly #isStream: boolean
  #replies = 0
  #answered = 0

  constructor({ isStream }: { readonly isStream: boolean }) {
    this.#isStream = isStream
  }

  get replies(): number {
    return this.#replies
  }

  get answered(): number {
    return this.#answered
  }

  /** @param error what the reply means; null for an answer */
  add(reply: DendriteReply, error: ReplyExplanation | null): void {
    this.#replies++
    if (error === null) this.#answered++
    const key = `${reply.status} ${reply.statusFrom} ${error?.code}`
    const group = this.#byStatus.get(key) ?? { first: reply, error, ms: [], firstMs: [] }
    this.#byStatus.set(key, group)
    group.ms.push(reply.ms)
    if (reply.firstMs !== null) group.firstMs.push(reply.firstMs)
  }

  /** @param asked.ms from the first question to the last reply */
  summary({ count, concurrency, ms }: Pick<TallySummary, 'count' | 'concurrency' | 'ms'>): TallySummary {
    const groups = [...this.#byStatus.values()].sort(
      (one, other) => Number(one.error !== null) - Number(other.error !== null) || other.ms.length - one.ms.length,
    )
    const perSecond = (replies: number) => rounded((replies * 1000) / Math.max(ms, 1), 100)
    const answers = groups.find(({ error }) => error === null)
    return {
      count,
      concurrency,
      replies: this.#replies,
      answered: this.#answered,
      ms: Math.round(ms),
      perSecond: perSecond(this.#answered),
      ...this.#times(answers),
      statuses: groups.map(group => ({
        status: group.first.status,
        ...(group.first.statusFrom && { statusFrom: group.first.statusFrom }),
        count: group.ms.length,
        perSecond: perSecond(group.ms.length),
        ...this.#times(group),
        ...(group.error && { error: group.error }),
      })),
    }
  }

  #times({ ms, firstMs }: Pick<Replies, 'ms' | 'firstMs'> = { ms: [], firstMs: [] }): Times {
    const all = percentiles(ms)
    if (!this.#isStream) return { p50Ms: all.p50, p99Ms: all.p99 }
    const first = percentiles(firstMs)
    return { p50Ms: all.p50, p99Ms: all.p99, firstP50Ms: first.p50, firstP99Ms: first.p99 }
  }
}

/** Returns the nearest-rank percentiles: times that replies really took. */
function percentiles(times: readonly number[]): { readonly p50: number | null; readonly p99: number | null } {
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) =>
    sorted.length === 0 ? null : rounded(sorted[Math.ceil(share * sorted.length) - 1]!, 10)
  return { p50: at(0.5), p99: at(0.99) }
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}
