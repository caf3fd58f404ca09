import type { HistoryPoint, HistoryWindow, LiveHistory, PointQuantiles } from '../admin/api.js'
import type { EndedCost, EndedFigures } from './ended-request.js'
import { LogHistogram } from './log-histogram.js'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

/** How long a step of each window is, and how many steps it has. */
const windows = {
  '5m': { stepMs: SECOND_MS, count: 300 },
  '1h': { stepMs: 10 * SECOND_MS, count: 360 },
  '24h': { stepMs: MINUTE_MS, count: 1_440 },
} as const satisfies Record<HistoryWindow, { stepMs: number; count: number }>

/** Places at work, and requests that wait for one. */
type Places = { readonly atWork: number; readonly waiting: number }

/** What ended in each step of time, in steps of three lengths. It takes the time as an argument, in epoch milliseconds. */
export class RequestHistory {
  readonly #steps: Readonly<Record<HistoryWindow, Steps>>
  readonly #all: readonly Steps[]

  constructor(openedAt: number, { hasPrices }: { readonly hasPrices: boolean }) {
    const { '5m': short, '1h': middle, '24h': long } = windows
    const about = { openedAt, hasPrices }
    this.#steps = {
      '5m': new Steps({ ...short, ...about }),
      '1h': new Steps({ ...middle, ...about }),
      '24h': new Steps({ ...long, ...about }),
    }
    this.#all = Object.values(this.#steps)
  }

  add(at: number, ended: EndedFigures): void {
    for (const steps of this.#all) steps.add(at, ended)
  }

  /** Notes how many places are at work, of which the most in a step counts. */
  sample(at: number, places: Places): void {
    for (const steps of this.#all) steps.sample(at, places)
  }

  of(window: HistoryWindow, at: number): LiveHistory {
    return { window, stepMs: windows[window].stepMs, points: this.#steps[window].points(at) }
  }

  /** Returns the last step of the shortest window that has ended; null: none has. */
  lastPoint(at: number): HistoryPoint | null {
    return this.#steps['5m'].points(at).at(-2) ?? null
  }
}

type StepsOptions = {
  readonly stepMs: number
  /** how many are kept */
  readonly count: number
  readonly openedAt: number
  readonly hasPrices: boolean
}

type Counts = {
  -readonly [Name in Exclude<keyof HistoryPoint, 'at' | 'firstToken' | 'total' | 'usd' | 'unpriced'>]: number
} & {
  usd: number
  /** answers whose cost is known */
  priced: number
  unpriced: number
}

/** Steps of one length. Of an ended step its point is left; its histograms serve the next one. */
class Steps {
  readonly #options: StepsOptions
  readonly #first: number
  /** the points that have ended, by the number of their step since the epoch */
  readonly #ended = new Map<number, HistoryPoint>()
  readonly #firstToken = new LogHistogram()
  readonly #total = new LogHistogram()
  #current: number
  #counts: Counts = none()

  constructor(options: StepsOptions) {
    this.#options = options
    this.#first = Math.floor(options.openedAt / options.stepMs)
    this.#current = this.#first
  }

  add(at: number, { caller, outcome, ms, firstTokenMs, tokens, cost }: EndedFigures): void {
    this.#turn(at)
    this.#counts[caller === 'signed' ? outcome : caller]++
    this.#counts.promptTokens += tokens.prompt
    this.#counts.completionTokens += tokens.completion
    if (cost) this.#addCost(cost)
    if (outcome !== 'answered') return
    this.#total.add(ms)
    if (firstTokenMs !== undefined) this.#firstToken.add(firstTokenMs)
  }

  #addCost({ usd, unknown }: EndedCost): void {
    this.#counts.usd += usd
    if (unknown === 0 || usd > 0) this.#counts.priced++
    if (unknown > 0) this.#counts.unpriced++
  }

  sample(at: number, { atWork, waiting }: Places): void {
    this.#turn(at)
    this.#counts.atWork = Math.max(this.#counts.atWork, atWork)
    this.#counts.waiting = Math.max(this.#counts.waiting, waiting)
  }

  points(at: number): readonly HistoryPoint[] {
    this.#turn(at)
    const { count } = this.#options
    const first = Math.max(this.#current - count + 1, Math.min(this.#first, this.#current))
    const points: HistoryPoint[] = []
    for (let number = first; number < this.#current; number++)
      points.push(this.#ended.get(number) ?? this.#point(number, none()))
    points.push(this.#point(this.#current, this.#counts))
    return points
  }

  #turn(at: number): void {
    const { stepMs, count } = this.#options
    const number = Math.floor(at / stepMs)
    // A clock that steps back goes on in the step that it had reached, unless it was far ahead.
    if (number === this.#current || (number < this.#current && this.#current - number <= count)) return
    if (number > this.#current) this.#ended.set(this.#current, this.#point(this.#current, this.#counts))
    else this.#ended.clear()
    for (const old of this.#ended.keys()) {
      if (old > number - count) break
      this.#ended.delete(old)
    }
    this.#current = number
    this.#counts = none()
    this.#firstToken.clear()
    this.#total.clear()
  }

  #point(number: number, { usd, priced, unpriced, ...counts }: Counts): HistoryPoint {
    const isCurrent = number === this.#current
    return {
      at: number * this.#options.stepMs,
      ...counts,
      firstToken: isCurrent ? inShort(this.#firstToken) : null,
      total: isCurrent ? inShort(this.#total) : null,
      ...(this.#options.hasPrices && { ...((priced > 0 || unpriced === 0) && { usd }), unpriced }),
    }
  }
}

function none(): Counts {
  return {
    answered: 0,
    refused: 0,
    failed: 0,
    cancelled: 0,
    unproven: 0,
    strangers: 0,
    atWork: 0,
    waiting: 0,
    promptTokens: 0,
    completionTokens: 0,
    usd: 0,
    priced: 0,
    unpriced: 0,
  }
}

function inShort(histogram: LogHistogram): PointQuantiles | null {
  const quantiles = histogram.quantiles()
  return quantiles && { p50: quantiles.p50, p95: quantiles.p95, p99: quantiles.p99 }
}
