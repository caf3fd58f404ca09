import type {
  EndpointStatus,
  HistoryPoint,
  HistoryWindow,
  LiveHistory,
  LiveStatus,
  RequestEntry,
  RequestOutcome,
  TokenCounts,
  ValidatorStatus,
} from '../admin/api.js'
import type { AdminFigures, FiguresListener } from '../admin/sources.js'
import type { Standings } from '../plugin/standing.js'
import { CallerFigures } from './caller-figures.js'
import { callerKind, type EndedFigures, figuresOf, type LastRecord, onEnded } from './ended-request.js'
import { RequestHistory } from './history.js'
import { LastErrors } from './last-errors.js'
import { LogHistogram } from './log-histogram.js'
import { entryOf, RecentRequests } from './recent-requests.js'
import type { RequestStats } from './request-stats.js'
import { Slots } from './slots.js'
import type { FigureSources } from './sources.js'
import { noTokens, sumOfTokens } from './token-counts.js'
import { UnprovenCallers } from './unproven-callers.js'

/** How often the places at work are looked at. */
const SAMPLE_MS = 1_000
/** The quantiles of the status are of the last five minutes. */
const LATENCY = { stepMs: 30_000, count: 10 }
/** Seconds of which the rate of the status is the mean. */
const RATE_SECONDS = 10

type Options = {
  /** the id of the axon */
  readonly axon: string
  readonly hotkey: string
  /** of the same axon; its owner disposes it */
  readonly stats: RequestStats
  readonly sources: FigureSources
  readonly standings: Standings
  /** whether a hotkey has a validator permit, or is allowed by name */
  readonly mayAsk: (hotkey: string) => boolean
  /** epoch milliseconds */
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/**
 * Keeps what an operator looks at while the miner serves: counts since the start, quantiles, history, callers, the last
 * requests. All of it is bounded: only proven callers have rows and entries; the requests of others are counted.
 */
export class LiveFigures implements AdminFigures, Disposable {
  readonly #options: Options
  readonly #openedAt: number
  readonly #history: RequestHistory
  readonly #callers = new CallerFigures()
  readonly #unproven = new UnprovenCallers()
  readonly #recent = new RecentRequests()
  readonly #errors = new LastErrors()
  readonly #latency = new Slots({
    ...LATENCY,
    make: () => ({ firstToken: new LogHistogram(), total: new LogHistogram() }),
  })
  readonly #counts = { answered: 0, refused: 0, failed: 0, cancelled: 0, unproven: 0, strangers: 0 }
  readonly #signed = { answered: 0, refused: 0, failed: 0, cancelled: 0 }
  readonly #listeners = new Set<FiguresListener>()
  readonly #feed: Disposable
  readonly #timer: NodeJS.Timeout
  #tokens: TokenCounts = noTokens
  #dropped = 0

  constructor(options: Options) {
    const { axon, hotkey, now, onError, sources } = options
    this.#options = options
    this.#openedAt = now()
    this.#history = new RequestHistory(this.#openedAt, { hasPrices: sources.money !== undefined })
    this.#feed = onEnded({ axon, hotkey, onError }, (record, outcome) => this.#add(record, outcome))
    // Periodic, so neither `withTimeout` nor `timeoutSignal`.
    this.#timer = setInterval(() => this.#second(), SAMPLE_MS).unref()
  }

  status(): LiveStatus {
    const { sources, stats, now } = this.#options
    const at = now()
    const { callers, reasons } = stats.sum()
    const endpoints = sources.health?.()
    const chain = sources.chain?.()
    const money = sources.money?.status()
    const problem = this.#unproven.problem(at)
    return {
      at,
      miner: { ...sources.miner, startedAt: this.#openedAt, isDraining: sources.isDraining() },
      requests: { ...this.#counts, signed: { ...this.#signed }, ...this.#rates(at), ...(problem && { problem }) },
      latency: this.#latencyAt(at),
      tokens: this.#tokens,
      load: sources.load(),
      validators: this.#validators(at, callers),
      reasons: reasons.map(({ hotkeys: _, ...reason }) => reason),
      ...(endpoints && {
        endpoints: endpoints.map((one): EndpointStatus => ({ ...one, ...this.#errors.of(one.endpoint) })),
      }),
      ...(money && { money }),
      ...(chain && { chain }),
      dropped: this.dropped,
    }
  }

  history(window: HistoryWindow): LiveHistory {
    return this.#history.of(window, this.#options.now())
  }

  /** Returns the second that ended last; null in the first one. */
  lastPoint(): HistoryPoint | null {
    return this.#history.lastPoint(this.#options.now())
  }

  /** Returns the requests of proven callers that ended last, the newest first. */
  requests(limit: number): readonly RequestEntry[] {
    return this.#recent.newest(limit)
  }

  /** how much could not be kept or passed on */
  get dropped(): number {
    return this.#dropped + this.#callers.dropped
  }

  /** Counts what a listener could not pass on. */
  countDropped(events: number): void {
    this.#dropped += events
  }

  /** Calls a listener until the returned function is called. */
  listen(listener: FiguresListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#feed[Symbol.dispose]()
    this.#listeners.clear()
  }

  #add(record: LastRecord, outcome: RequestOutcome): void {
    const { hotkey, arrivedAt, ms } = record
    const { stats, sources, mayAsk } = this.#options
    const at = arrivedAt + ms
    const caller = callerKind(record, mayAsk)
    const ended = figuresOf(record, { caller, outcome, cost: sources.money?.costOf(record) ?? undefined })
    this.#counts[outcome]++
    if (caller === 'signed') this.#signed[outcome]++
    else this.#counts[caller]++
    if (caller === 'unproven') this.#unproven.addUnproven(at, record)
    if (hotkey !== null && mayAsk(hotkey)) this.#unproven.addProven(at)
    this.#tokens = sumOfTokens(this.#tokens, ended.tokens)
    this.#history.add(at, ended)
    if (outcome === 'answered') this.#addLatency(at, ended)
    if (outcome !== 'refused') this.#errors.add(at, record)
    if (hotkey === null) return
    if (stats.hasRow(hotkey)) this.#callers.add(at, hotkey, ended)
    const entry = entryOf(record, hotkey, ended)
    this.#recent.add(entry)
    for (const listener of this.#listeners) listener.request(entry)
  }

  #addLatency(at: number, { ms, firstTokenMs }: EndedFigures): void {
    const { firstToken, total } = this.#latency.current(at)
    total.add(ms)
    if (firstTokenMs !== undefined) firstToken.add(firstTokenMs)
  }

  #latencyAt(at: number): LiveStatus['latency'] {
    const sum = { firstToken: new LogHistogram(), total: new LogHistogram() }
    for (const { sum: step } of this.#latency.recent(at)) {
      sum.firstToken.addAll(step.firstToken)
      sum.total.addAll(step.total)
    }
    return { firstToken: sum.firstToken.quantiles(), total: sum.total.quantiles() }
  }

  #rates(at: number): Pick<LiveStatus['requests'], 'perSecond' | 'unprovenPerSecond' | 'strangersPerSecond'> {
    const points = this.#history.of('5m', at).points.slice(0, -1).slice(-RATE_SECONDS)
    const meanOf = (count: (point: HistoryPoint) => number) =>
      points.reduce((sum, point) => sum + count(point), 0) / Math.max(1, points.length)
    return {
      perSecond: meanOf(({ answered, refused, failed, cancelled }) => answered + refused + failed + cancelled),
      unprovenPerSecond: meanOf(({ unproven }) => unproven),
      strangersPerSecond: meanOf(({ strangers }) => strangers),
    }
  }

  #validators(at: number, callers: ReturnType<RequestStats['sum']>['callers']): readonly ValidatorStatus[] {
    const { standings, sources } = this.#options
    const figures = this.#callers.recent(at)
    return callers.map(caller => {
      const standing = standings(caller.hotkey)
      const known = typeof standing === 'object' ? standing : null
      const spent = sources.money?.spentBy(caller.hotkey)
      const budget = sources.money?.budgetOf(caller.hotkey)
      return {
        ...caller,
        uid: known?.uid ?? null,
        stakeTao: known && Number(known.stakeRao) / 1e9,
        hasPermit: known?.hasPermit ?? null,
        ...(figures.get(caller.hotkey) ?? { reasons: [], firstToken: null, total: null, tokens: noTokens }),
        ...(spent && { ...(spent.usd !== undefined && { usd: spent.usd }), unpriced: spent.unknown }),
        ...(budget && { budget }),
      }
    })
  }

  #second(): void {
    const { sources, now, onError } = this.#options
    try {
      this.#history.sample(now(), sources.load().places)
      sources.chain?.() // keeps the incentive of a metagraph that is replaced before an operator looks
      for (const listener of this.#listeners) listener.second()
    } catch (error) {
      onError(error)
    }
  }
}
