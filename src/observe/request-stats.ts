import type { OutcomeCounts, ReasonStatus, RequestOutcome } from '../admin/api.js'
import type { Refused } from '../axon/events.js'
import { type LastRecord, onEnded } from './ended-request.js'
import { shortText } from './short-text.js'
import { Slots } from './slots.js'

/** The requests that one hotkey signed. */
export type CallerSum = OutcomeCounts & {
  readonly hotkey: string
  /** epoch milliseconds */
  readonly lastAt: number
}

/** The requests that were refused, or failed, for one reason. */
export type ReasonSum = ReasonStatus & {
  /** the first hotkeys with a row; a hotkey that was refused before its signature was checked is only claimed */
  readonly hotkeys: readonly string[]
}

/** The requests of the last hour. */
export type RequestSum = {
  /** epoch milliseconds; later than an hour ago when the axon opened later */
  readonly since: number
  /** the last caller first */
  readonly callers: readonly CallerSum[]
  /** requests that no hotkey with a row signed */
  readonly others: OutcomeCounts
  /** of the answered requests, those whose answer was cut by its deadline */
  readonly cut: number
  /** the most frequent reason first */
  readonly reasons: readonly ReasonSum[]
}

const MINUTE_MS = 60_000
const MINUTES = 60
/** Hotkeys with a row in one minute. A subnet has at most some thousand neurons. */
const MAX_CALLERS = 4_096
/** Reasons in one minute that differ in their text only; a plugin may give each request its own. */
const MAX_REASONS = 32
const MAX_HOTKEYS = 8

type Options = {
  /** the id of the axon */
  readonly axon: string
  /** the axon's own hotkey, whose pings are those of `miner status`, and are not counted */
  readonly hotkey: string
  /** whether a hotkey gets a row of its own; true for a bounded number of hotkeys, because a caller can make any number */
  readonly hasRow: (hotkey: string) => boolean
  /** epoch milliseconds */
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/**
 * Counts the requests of an axon over the last hour, minute by minute: how they ended, by hotkey, and why they were refused.
 * Its memory is bounded, however many callers there are.
 */
export class RequestStats implements Disposable {
  readonly #options: Options
  readonly #openedAt: number
  readonly #minutes = new Slots({ stepMs: MINUTE_MS, count: MINUTES, make: () => new Minute() })
  readonly #feed: Disposable
  #changes = 0

  constructor(options: Options) {
    this.#options = options
    this.#openedAt = options.now()
    this.#feed = onEnded(options, (record, outcome) => {
      this.#changes++
      const minute = this.#minutes.current(options.now())
      minute.add(record, outcome, this.#rowOf(record.hotkey))
      if ((outcome === 'refused' || outcome === 'failed') && isExplained(record))
        minute.explain(record, outcome, this.#rowOf(record.hotkey ?? record.claimed))
    })
  }

  /** increases with each request that is counted */
  get changes(): number {
    return this.#changes
  }

  /** Whether the requests of a hotkey are counted in a row of their own. */
  hasRow(hotkey: string): boolean {
    return this.#options.hasRow(hotkey)
  }

  /** Returns the sum of the last hour. */
  sum(): RequestSum {
    const callers = new Map<string, CallerSum>()
    const reasons = new Map<string, ReasonSum>()
    let others = none
    let cut = 0
    for (const { sum: minute } of this.#minutes.recent(this.#options.now())) {
      cut += minute.cut
      others = plus(others, minute.others)
      for (const [hotkey, { lastAt, ...endings }] of minute.callers)
        callers.set(hotkey, { hotkey, ...plus(callers.get(hotkey) ?? none, endings), lastAt })
      for (const [key, later] of minute.reasons) {
        const earlier = reasons.get(key)
        const hotkeys = new Set([...(earlier?.hotkeys ?? []), ...later.hotkeys])
        const count = (earlier?.count ?? 0) + later.count
        const strangers = (earlier?.strangers ?? 0) + later.strangers
        reasons.set(key, { ...later, count, strangers, hotkeys: [...hotkeys].slice(0, MAX_HOTKEYS) })
      }
    }
    return {
      since: Math.max(Math.min(this.#openedAt, this.#options.now()), this.#options.now() - MINUTES * MINUTE_MS),
      callers: [...callers.values()].sort((one, other) => other.lastAt - one.lastAt),
      others,
      cut,
      reasons: [...reasons.values()].sort((one, other) => other.count - one.count),
    }
  }

  [Symbol.dispose](): void {
    this.#feed[Symbol.dispose]()
  }

  #rowOf(hotkey: string | null): string | null {
    return hotkey !== null && this.#options.hasRow(hotkey) ? hotkey : null
  }
}

type Explained = LastRecord & Pick<Refused, 'status' | 'code' | 'reason'>

function isExplained(record: LastRecord): record is Explained {
  return record.code !== undefined
}

type Counted = { -readonly [Ending in RequestOutcome]: number }
type Reason = Omit<ReasonSum, 'hotkeys'> & { readonly hotkeys: Set<string> }

/** The requests of one minute. */
class Minute {
  readonly callers = new Map<string, Counted & { lastAt: number }>()
  readonly others: Counted = { ...none }
  cut = 0
  readonly reasons = new Map<string, Reason>()

  /** @param row the hotkey whose row counts it; null: it has none */
  add({ arrivedAt, ms, cut }: LastRecord, ending: RequestOutcome, row: string | null): void {
    if (ending === 'answered' && cut?.by === 'deadline') this.cut++
    const known = row === null ? undefined : this.callers.get(row)
    if (known) {
      known[ending]++
      known.lastAt = arrivedAt + ms
    } else if (row !== null && this.callers.size < MAX_CALLERS)
      this.callers.set(row, { ...none, [ending]: 1, lastAt: arrivedAt + ms })
    else this.others[ending]++
  }

  explain(record: Explained, ending: 'refused' | 'failed', row: string | null): void {
    const { code, status, arrivedAt, ms } = record
    const reason = shortText(record.reason)
    // Only the rules explain a refusal in texts of their own; other texts differ in details, as an id or a time.
    const own = `${code} ${reason}`
    const hasOwn = this.reasons.has(own) || (code === 'BLACKLISTED' && this.reasons.size < MAX_REASONS)
    const key = hasOwn ? own : code
    const { count = 0, strangers = 0, hotkeys = new Set<string>() } = this.reasons.get(key) ?? {}
    if (row !== null && hotkeys.size < MAX_HOTKEYS) hotkeys.add(row)
    const counts = { count: count + 1, strangers: strangers + Number(record.hotkey === null) }
    this.reasons.set(key, { ending, code, status, reason, ...counts, lastAt: arrivedAt + ms, hotkeys })
  }
}

const none: OutcomeCounts = { answered: 0, refused: 0, failed: 0, cancelled: 0 }

function plus(one: OutcomeCounts, other: OutcomeCounts): OutcomeCounts {
  return {
    answered: one.answered + other.answered,
    refused: one.refused + other.refused,
    failed: one.failed + other.failed,
    cancelled: one.cancelled + other.cancelled,
  }
}
