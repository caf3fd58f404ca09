import { type Answered, paidAttempts, wholeTokens } from '../../plugin/run/paid-attempts.js'
import { type Day, dayOf } from '../day.js'
import type { OnMoneyEvent } from '../money-events.js'
import type { RequestCost } from '../prices/request-cost.js'
import {
  type LedgerDay,
  type LedgerRow,
  readLedgerDay,
  removeOldDays,
  setAsideDay,
  writeLedgerDay,
} from './ledger-file.js'

/** A request that has ended, as its last record tells it. */
export type EndedAnswer = Answered & {
  /** that signed; null for none */
  readonly hotkey: string | null
}

/** How often a changed day is written. A kill loses at most so much. */
const WRITE_MS = 5_000
/** Hotkeys of a day; more are counted together. */
const MAX_HOTKEYS = 1_000

type Row = { -readonly [Field in keyof LedgerRow]: LedgerRow[Field] }
type CountedDay = { readonly day: Day; readonly hotkeys: Map<string, Row> }

type LedgerOptions = {
  /** null: it is kept in memory only */
  readonly folder: string | null
  /** epoch milliseconds */
  readonly now: () => number
  readonly onEvent: OnMoneyEvent
}

/** Counts what the answers of each day (UTC) cost, by hotkey. A request counts on the day on which it ends. */
export class Ledger implements AsyncDisposable {
  readonly #options: LedgerOptions
  readonly #timer: NodeJS.Timeout
  #counted: CountedDay
  #isChanged = false
  #isFailing = false
  #writing: Promise<void> = Promise.resolve()

  private constructor(options: LedgerOptions, { day, hotkeys }: LedgerDay) {
    this.#options = options
    this.#counted = { day, hotkeys: new Map([...hotkeys].map(([hotkey, row]) => [hotkey, { ...row }])) }
    // Periodic, so neither `withTimeout` nor `timeoutSignal`.
    this.#timer = setInterval(() => this.#save(), WRITE_MS).unref()
  }

  /**
   * Opens the ledger, and goes on with what it has of today. A day that cannot be read is reported, set aside, and begun anew.
   */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const { folder, now, onEvent } = options
    const day = dayOf(now())
    if (folder === null) return new Ledger(options, { day, hotkeys: new Map() })
    await removeOldDays(folder, day).catch(error => onEvent(unwritten(error)))
    return new Ledger(options, await readOrSetAside(folder, day, onEvent))
  }

  add(answer: EndedAnswer, cost: RequestCost): void {
    this.#turn()
    const row = this.#rowOf(answer.hotkey ?? 'strangers')
    row.requests += 1
    row.nano += cost.nano
    if (cost.unknown > 0) row.unknown += 1
    for (const { usage } of paidAttempts(answer) ?? []) {
      row.promptTokens += wholeTokens(usage?.promptTokens)
      row.completionTokens += wholeTokens(usage?.completionTokens)
    }
    this.#isChanged = true
  }

  /** What today has cost so far. */
  get today(): LedgerDay {
    this.#turn()
    return this.#counted
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#save()
    await this.#writing
  }

  #rowOf(hotkey: string): Row {
    const { hotkeys } = this.#counted
    const existing = hotkeys.get(hotkey)
    if (existing) return existing
    if (hotkeys.size >= MAX_HOTKEYS && hotkey !== 'others') return this.#rowOf('others')
    const row = { requests: 0, nano: 0, unknown: 0, promptTokens: 0, completionTokens: 0 }
    hotkeys.set(hotkey, row)
    return row
  }

  /** Begins a new day. When the clock is set back over midnight, the day goes on; further back, it goes on with that day. */
  #turn(): void {
    const day = dayOf(this.#options.now())
    const { day: before } = this.#counted
    if (day === before || day === before - 1) return
    this.#save()
    this.#counted = { day, hotkeys: new Map() }
    const { folder } = this.#options
    if (folder === null) return
    const counted = this.#counted
    this.#writing = this.#writing.then(() => this.#addKept(folder, counted))
  }

  /** Adds what the file has of a day at which the clock was before. Never rejects. */
  async #addKept(folder: string, counted: CountedDay): Promise<void> {
    const { hotkeys } = await readOrSetAside(folder, counted.day, this.#options.onEvent)
    for (const [hotkey, kept] of hotkeys) {
      const row = counted.hotkeys.get(hotkey)
      counted.hotkeys.set(hotkey, row ? sumOf(row, kept) : { ...kept })
    }
  }

  #save(): void {
    const { folder } = this.#options
    if (folder === null || !this.#isChanged) return
    this.#isChanged = false
    const counted = this.#counted
    this.#writing = this.#writing.then(() => this.#write(folder, counted))
  }

  /** Never rejects: a failure is reported, once until the next success. */
  async #write(folder: string, saved: LedgerDay): Promise<void> {
    try {
      await writeLedgerDay(folder, saved)
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.onEvent(unwritten(error))
      this.#isFailing = true
      if (saved === this.#counted) this.#isChanged = true
    }
  }
}

/** Never rejects: a failure is reported. */
async function readOrSetAside(folder: string, day: Day, onEvent: OnMoneyEvent): Promise<LedgerDay> {
  const empty = { day, hotkeys: new Map() }
  try {
    return (await readLedgerDay(folder, day)) ?? empty
  } catch (error) {
    onEvent(unwritten(error))
    await setAsideDay(folder, day).catch(error => onEvent(unwritten(error)))
    return empty
  }
}

function sumOf(one: LedgerRow, other: LedgerRow): Row {
  return {
    requests: one.requests + other.requests,
    nano: one.nano + other.nano,
    unknown: one.unknown + other.unknown,
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
  }
}

function unwritten(error: unknown) {
  const message = `cannot keep the ledger of what answers cost: ${(error as Error).message}`
  return { level: 'warn', event: 'ledgerUnwritten', message, error } as const
}
