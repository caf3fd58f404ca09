import { type Answered, paidAttempts, wholeTokens } from '../../plugin/run/paid-attempts.js'
import { type Day, dayOf } from '../day.js'
import type { OnMoneyEvent } from '../money-events.js'
import type { RequestCost } from '../prices/request-cost.js'
import { type LedgerDay, type LedgerRow, readLedgerDay, removeOldDays, writeLedgerDay } from './ledger-file.js'

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
  #day: Day
  #rows: Map<string, Row>
  #isChanged = false
  #isFailing = false
  #writing: Promise<void> = Promise.resolve()

  private constructor(options: LedgerOptions, { day, hotkeys }: LedgerDay) {
    this.#options = options
    this.#day = day
    this.#rows = new Map([...hotkeys].map(([hotkey, row]) => [hotkey, { ...row }]))
    // Periodic, so neither `withTimeout` nor `timeoutSignal`.
    this.#timer = setInterval(() => this.#save(), WRITE_MS).unref()
  }

  /** Opens the ledger, and goes on with what it has of today. A day that cannot be read is reported, and begun anew. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const { folder, now, onEvent } = options
    const day = dayOf(now())
    const empty = { day, hotkeys: new Map() }
    if (folder === null) return new Ledger(options, empty)
    try {
      await removeOldDays(folder, day)
      return new Ledger(options, (await readLedgerDay(folder, day)) ?? empty)
    } catch (error) {
      onEvent(unwritten(error))
      return new Ledger(options, empty)
    }
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
    return { day: this.#day, hotkeys: this.#rows }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#save()
    await this.#writing
  }

  #rowOf(hotkey: string): Row {
    const existing = this.#rows.get(hotkey)
    if (existing) return existing
    if (this.#rows.size >= MAX_HOTKEYS && hotkey !== 'others') return this.#rowOf('others')
    const row = { requests: 0, nano: 0, unknown: 0, promptTokens: 0, completionTokens: 0 }
    this.#rows.set(hotkey, row)
    return row
  }

  /** Begins a new day. When the clock is set back, the day goes on. */
  #turn(): void {
    const day = dayOf(this.#options.now())
    if (day <= this.#day) return
    this.#save()
    this.#day = day
    this.#rows = new Map()
  }

  #save(): void {
    const { folder } = this.#options
    if (folder === null || !this.#isChanged) return
    this.#isChanged = false
    const saved = { day: this.#day, hotkeys: new Map([...this.#rows].map(([hotkey, row]) => [hotkey, { ...row }])) }
    this.#writing = this.#writing.then(() => this.#write(folder, saved))
  }

  /** Never rejects: a failure is reported, once until the next success. */
  async #write(folder: string, saved: LedgerDay): Promise<void> {
    try {
      await writeLedgerDay(folder, saved)
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.onEvent(unwritten(error))
      this.#isFailing = true
      if (saved.day === this.#day) this.#isChanged = true
    }
  }
}

function unwritten(error: unknown) {
  const message = `cannot keep the ledger of what answers cost: ${(error as Error).message}`
  return { level: 'warn', event: 'ledgerUnwritten', message, error } as const
}
