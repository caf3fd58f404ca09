import type { Quantiles, TokenCounts } from '../admin/api.js'
import type { EndedFigures } from './ended-request.js'
import { LogHistogram } from './log-histogram.js'
import { Slots } from './slots.js'
import { noTokens, sumOfTokens } from './token-counts.js'

const STEP_MS = 600_000
/** The last hour: up to ten minutes of it are missing. */
const STEPS = 6
/** Hotkeys in one step; a subnet has some dozens of validators. */
const MAX_CALLERS = 512
/** Codes of one hotkey in one step; there are some dozens. */
const MAX_CODES = 16

/** How fast one hotkey was answered, and why it was not. */
export type CallerFigure = {
  readonly reasons: readonly { readonly code: string; readonly count: number }[]
  readonly firstToken: Quantiles | null
  readonly total: Quantiles | null
  readonly tokens: TokenCounts
}

/** How fast each hotkey was answered in the last hour, and why it was not: beside `RequestStats`, which counts its requests. */
export class CallerFigures {
  readonly #slots = new Slots({ stepMs: STEP_MS, count: STEPS, make: () => new Map<string, Caller>() })
  #dropped = 0

  /** how many requests found no room for their hotkey */
  get dropped(): number {
    return this.#dropped
  }

  add(at: number, hotkey: string, ended: EndedFigures): void {
    const callers = this.#slots.current(at)
    const caller = callers.get(hotkey)
    if (caller) caller.add(ended)
    else if (callers.size < MAX_CALLERS) callers.set(hotkey, new Caller().add(ended))
    else this.#dropped++
  }

  /** Returns the figures of each hotkey. */
  recent(at: number): ReadonlyMap<string, CallerFigure> {
    const sums = new Map<string, Caller>()
    for (const { sum: callers } of this.#slots.recent(at))
      for (const [hotkey, caller] of callers) {
        const sum = sums.get(hotkey) ?? new Caller()
        sums.set(hotkey, sum.addAll(caller))
      }
    return new Map([...sums].map(([hotkey, sum]) => [hotkey, sum.figure()]))
  }
}

class Caller {
  readonly #codes = new Map<string, number>()
  // Made when the first answer comes: most hotkeys of a flood of refusals never have one.
  #firstToken: LogHistogram | null = null
  #total: LogHistogram | null = null
  #tokens: TokenCounts = noTokens

  add({ ms, firstTokenMs, tokens, outcome, code }: EndedFigures): this {
    this.#tokens = sumOfTokens(this.#tokens, tokens)
    if (code !== undefined) this.#count(code, 1)
    if (outcome !== 'answered') return this
    this.#total ??= new LogHistogram()
    this.#total.add(ms)
    if (firstTokenMs === undefined) return this
    this.#firstToken ??= new LogHistogram()
    this.#firstToken.add(firstTokenMs)
    return this
  }

  addAll(other: Caller): this {
    this.#tokens = sumOfTokens(this.#tokens, other.#tokens)
    for (const [code, count] of other.#codes) this.#count(code, count)
    this.#total = merged(this.#total, other.#total)
    this.#firstToken = merged(this.#firstToken, other.#firstToken)
    return this
  }

  figure(): CallerFigure {
    const reasons = [...this.#codes].map(([code, count]) => ({ code, count }))
    return {
      reasons: reasons.sort((one, other) => other.count - one.count),
      firstToken: this.#firstToken?.quantiles() ?? null,
      total: this.#total?.quantiles() ?? null,
      tokens: this.#tokens,
    }
  }

  #count(code: string, count: number): void {
    const name = this.#codes.has(code) || this.#codes.size < MAX_CODES ? code : 'other'
    this.#codes.set(name, (this.#codes.get(name) ?? 0) + count)
  }
}

function merged(one: LogHistogram | null, other: LogHistogram | null): LogHistogram | null {
  if (!other) return one
  const sum = one ?? new LogHistogram()
  sum.addAll(other)
  return sum
}
