import { abortable } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import type { ChainEvent } from '../chain.js'
import { ChainError } from '../chain-error.js'
import type { ChainNode } from '../chain-node.js'
import type { Network } from '../networks.js'
import { ChainEndpoint } from './chain-endpoint.js'
import { endpointError, isOfEndpoint, noneIsFit, outOfTime } from './endpoint-errors.js'
import { headAge, isNewer } from './head-age.js'
import { HeadWatch } from './head-watch.js'
import type { ChainLimits } from './limits.js'
import { type HeadSample, Link } from './link.js'

type FailoverOptions = {
  readonly network: Network
  readonly limits: ChainLimits
  readonly now: () => number
  /** must not throw */
  readonly onEvent: (event: ChainEvent) => void
}

type CallOptions = {
  readonly ms: number
  readonly signal: AbortSignal | undefined
  /** that the call may be made a second time, after it failed halfway */
  readonly isRepeatable: boolean
}

/**
 * The connection to a chain: one endpoint at a time, the first that is fit. A call connects when there is no connection;
 * calls at the same time share that attempt. An endpoint that fails rests, longer each time. While another than the first
 * is in use, those before it are tried again as soon as they have rested.
 */
export class ChainFailover implements AsyncDisposable {
  readonly #options: FailoverOptions
  readonly #endpoints: readonly ChainEndpoint[]
  readonly #heads: HeadWatch
  readonly #closed = new AbortController()
  #genesis: string | undefined
  #link: Link | undefined
  #opening: Promise<Link> | undefined
  #checking: Promise<Link> | undefined
  /** ends the attempt to return to a better endpoint */
  #returning: AbortController | undefined
  #returnTimer: NodeJS.Timeout | undefined

  constructor(options: FailoverOptions) {
    this.#options = options
    this.#heads = new HeadWatch(options)
    this.#genesis = options.network.genesis
    this.#endpoints = options.network.endpoints.map(url => new ChainEndpoint(url, options.limits))
  }

  /**
   * Calls the best endpoint there is, and once more another one if the first fails meanwhile.
   *
   * @throws {ChainError} UNREACHABLE · WRONG_CHAIN · ENDPOINT_BUSY · CALL_TIMEOUT · CALL_FAILED · any of the call itself
   */
  async call<T>(call: (node: ChainNode, signal: AbortSignal) => Promise<T>, options: CallOptions): Promise<T> {
    return await this.use(async link => await link.run(call, options.ms, options.signal), options)
  }

  /** As {@link call}, for what needs the link itself. */
  async use<T>(
    work: (link: Link) => Promise<T>,
    { signal, isRepeatable }: Pick<CallOptions, 'signal' | 'isRepeatable'>,
  ): Promise<T> {
    const link = await this.#acquire(signal)
    try {
      return await this.#work(link, work)
    } catch (error) {
      signal?.throwIfAborted()
      if (!isOfEndpoint(error)) throw error
      // One endpoint refuses what another may answer; the only one refuses it again.
      if (!link.hasEnded && this.#endpoints.length > 1) link.end(error)
      const isWorthIt = link.hasEnded && (error.code !== 'CALL_TIMEOUT' || this.#endpoints.length > 1)
      if (!isRepeatable || !isWorthIt || this.#closed.signal.aborted) throw error
    }
    return await this.#work(await this.#acquire(signal), work)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(
      new ChainError('CALL_FAILED', 'the connection to the chain was closed', { hint: 'open it again' }),
    )
    this.#stopReturning()
    await Promise.allSettled([this.#opening, this.#checking])
    this.#link?.end(this.#closed.signal.reason)
  }

  async #work<T>(link: Link, work: (link: Link) => Promise<T>): Promise<T> {
    const result = await work(link)
    link.endpoint.succeed()
    return result
  }

  /** Returns a link to a fit endpoint. The attempt goes on for others when this caller's signal aborts. */
  async #acquire(signal: AbortSignal | undefined): Promise<Link> {
    signal?.throwIfAborted()
    this.#closed.signal.throwIfAborted()
    const attempt = this.#liveLink()
    return signal ? await abortable(attempt, signal) : await attempt
  }

  async #liveLink(): Promise<Link> {
    const link = await (this.#linkInUse() ?? this.#open())
    // It may have ended since it was opened for the callers that share it.
    return link.hasEnded ? await this.#open() : link
  }

  /** Returns the link in use, once it was looked at lately; undefined: there is none. */
  #linkInUse(): Promise<Link> | undefined {
    const link = this.#link
    if (!link || link.hasEnded) return
    const isLookDue = Math.abs(this.#options.now() - link.sample.readAt) >= this.#options.limits.headCheckMs
    if (!isLookDue) return Promise.resolve(link)
    this.#checking ??= this.#check(link).finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  async #check(link: Link): Promise<Link> {
    try {
      await link.look(this.#closed.signal)
    } catch (error) {
      if (!isOfEndpoint(error) || this.#closed.signal.aborted) throw error
      link.end(error)
      return await this.#open()
    }
    this.#heads.reportClock(link)
    return this.#heads.isComparisonDue(link) ? await this.#open(link) : link
  }

  #open(current?: Link): Promise<Link> {
    this.#opening ??= this.#openBest(current).finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /**
   * Opens the first endpoint that is fit. If its head is old, opens the next ones too, and takes the one with the newest
   * head.
   *
   * @param current the connection in use, whose head is old
   */
  async #openBest(current: Link | undefined): Promise<Link> {
    this.#stopReturning()
    const start = performance.now()
    const { openMs } = this.#options.limits
    using limit = timeoutSignal({ ms: openMs, reason: outOfTime, parent: this.#closed.signal })
    const links = current ? [current] : []
    for (const endpoint of await this.#dueEndpoints(current, limit.signal)) {
      if (limit.signal.aborted) break
      const link = await this.#try(endpoint, limit.signal, endpoint === current?.endpoint ? current.samples : [])
      if (!link) continue
      links.push(link)
      if (!this.#heads.isOld(link)) break
    }
    const best = bestOf(links.filter(link => !link.hasEnded))
    if (this.#closed.signal.aborted) for (const link of links) link.end(this.#closed.signal.reason)
    this.#closed.signal.throwIfAborted()
    if (!best) throw noneIsFit(this.#endpoints)
    for (const link of links) if (link !== best) this.#leave(link, best)
    if (best !== current) this.#take(best, performance.now() - start)
    this.#heads.reportOld(best)
    this.#planReturn()
    return best
  }

  /**
   * Returns the endpoints that have rested. If all of them rest, and there is no connection, waits for the first. That of
   * the connection comes last: there may be several nodes behind its URL.
   */
  async #dueEndpoints(current: Link | undefined, signal: AbortSignal): Promise<readonly ChainEndpoint[]> {
    const others = this.#endpoints.filter(endpoint => endpoint !== current?.endpoint)
    const all = current ? [...others, current.endpoint] : others
    const due = () => all.filter(({ dueAt }) => dueAt <= performance.now())
    const waitMs = () => Math.min(...all.map(({ dueAt }) => dueAt)) - performance.now()
    if (current || waitMs() > this.#options.limits.openMs / 2) return due()
    // A timer may fire a little early.
    while (due().length === 0) await sleep(waitMs(), signal)
    return due()
  }

  async #try(
    endpoint: ChainEndpoint,
    signal: AbortSignal,
    samples: readonly HeadSample[] = [],
  ): Promise<Link | undefined> {
    const { limits, now } = this.#options
    try {
      const link = await Link.open({ endpoint, limits, now, samples }, this.#genesis, signal)
      link.whenEnded(error => {
        if (this.#link === link) this.#link = undefined
        if (!link.isRetired) this.#fail(endpoint, error)
      })
      return link
    } catch (error) {
      const isOfSignal = signal.aborted && error === signal.reason
      // An attempt that was given up for another reason than time says nothing of the endpoint.
      if (isOfSignal && !(error instanceof ChainError)) return
      const isOwn = error instanceof ChainError && !isOfSignal
      this.#fail(
        endpoint,
        isOwn ? error : endpointError('CALL_TIMEOUT', endpoint.name, 'does not get ready in time', { cause: error }),
      )
      return
    }
  }

  #take(link: Link, ms: number): void {
    const { network, onEvent } = this.#options
    this.#link = link
    // Several endpoints of a network without a name are expected to be of one chain.
    if (network.endpoints.length > 1) this.#genesis ??= link.genesis
    onEvent({
      event: 'chainConnected',
      endpoint: link.endpoint.name,
      specVersion: link.sample.head.specVersion,
      ms: Math.round(ms),
    })
    this.#heads.reportClock(link)
  }

  #fail(endpoint: ChainEndpoint, error: ChainError): void {
    if (this.#closed.signal.aborted) return
    const { isNews, restMs } = endpoint.fail(error)
    const retryMs = Math.round(restMs)
    if (isNews) {
      this.#options.onEvent({ event: 'chainEndpointFailed', endpoint: endpoint.name, reason: error.message, retryMs })
    }
  }

  /** Gives up a link for a better one. Its endpoint rests when it is behind. */
  #leave(link: Link, better: Link): void {
    if (link.endpoint !== better.endpoint && !link.hasEnded && isNewer(better.sample, link.sample)) {
      const behindMs = Math.round(headAge(link.sample))
      const { name } = link.endpoint
      const retryAfterMs = this.#options.limits.behindRestMs
      const { isNews } = link.endpoint.fail(endpointError('CALL_FAILED', name, 'is behind the chain', { retryAfterMs }))
      if (isNews) this.#options.onEvent({ event: 'chainBehind', endpoint: name, behindMs, isOnlyThis: true })
    }
    link.retire()
  }

  /** Sets the timer to try the endpoints that come before the one in use. */
  #planReturn(): void {
    clearTimeout(this.#returnTimer)
    const better = this.#betterEndpoints()
    if (better.length === 0 || this.#closed.signal.aborted) return
    const waitMs = Math.min(...better.map(({ dueAt }) => dueAt)) - performance.now()
    this.#returnTimer = setTimeout(() => void this.#return(), Math.max(waitMs, 0) + 1).unref()
  }

  #betterEndpoints(): readonly ChainEndpoint[] {
    const endpoint = this.#link?.endpoint
    return endpoint ? this.#endpoints.slice(0, this.#endpoints.indexOf(endpoint)) : []
  }

  /** Goes back to an endpoint that comes before the one in use, if one of them is fit. Calls go on meanwhile. */
  async #return(): Promise<void> {
    const current = this.#link
    if (!current || this.#opening) return
    const controller = new AbortController()
    this.#returning = controller
    const start = performance.now()
    const due = this.#betterEndpoints().filter(({ dueAt }) => dueAt <= performance.now())
    for (const endpoint of due) {
      const link = await this.#try(endpoint, controller.signal)
      if (controller.signal.aborted || this.#link !== current) {
        link?.retire()
        return
      }
      if (!link) continue
      if (isNewer(current.sample, link.sample)) {
        this.#leave(link, current)
        continue
      }
      current.retire()
      this.#take(link, performance.now() - start)
      break
    }
    this.#planReturn()
  }

  #stopReturning(): void {
    clearTimeout(this.#returnTimer)
    this.#returning?.abort()
  }
}

/** The link with the newest head; the first of those that agree. */
function bestOf(links: readonly Link[]): Link | undefined {
  const [first, ...others] = links
  return others.reduce((best, link) => (best && isNewer(link.sample, best.sample) ? link : best), first)
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.max(ms, 0) + 1)
  try {
    await abortable(promise, signal)
  } finally {
    clearTimeout(timer)
  }
}
