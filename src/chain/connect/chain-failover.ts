import { abortable } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import type { ChainEvent } from '../chain.js'
import type { ChainError } from '../chain-error.js'
import type { ChainNode } from '../chain-node.js'
import type { Network } from '../networks.js'
import { connectionClosed, isOfEndpoint, isOfRuntime, outOfTime } from './endpoint-errors.js'
import { EndpointList } from './endpoint-list.js'
import { isNewer } from './head-age.js'
import { HeadWatch } from './head-watch.js'
import type { ChainLimits } from './limits.js'
import type { Link } from './link.js'
import { ReturnToBetter } from './return-to-better.js'
import { workElsewhere } from './work-elsewhere.js'

type FailoverOptions = {
  readonly network: Network
  readonly limits: ChainLimits
  readonly now: () => number
  /** must not throw */
  readonly onEvent: (event: ChainEvent) => void
}

type UseOptions = {
  readonly signal: AbortSignal | undefined
  /** that the call may be made a second time, after it failed halfway */
  readonly isRepeatable: boolean
}

type CallOptions = UseOptions & { readonly ms: number }

/**
 * The connection to a chain: one endpoint at a time, the first that is fit. A call connects when there is no connection;
 * calls at the same time share that attempt. An endpoint that fails rests, longer each time.
 */
export class ChainFailover implements AsyncDisposable {
  readonly #options: FailoverOptions
  readonly #endpoints: EndpointList
  readonly #heads: HeadWatch
  readonly #return: ReturnToBetter
  readonly #closed = new AbortController()
  #link: Link | undefined
  #opening: Promise<Link> | undefined
  #checking: Promise<Link> | undefined

  constructor(options: FailoverOptions) {
    this.#options = options
    this.#heads = new HeadWatch(options)
    this.#endpoints = new EndpointList({ ...options, closed: this.#closed.signal })
    this.#return = new ReturnToBetter({
      endpoints: this.#endpoints,
      current: () => (this.#opening || this.#closed.signal.aborted ? undefined : this.#link),
      onReturn: (link, ms) => this.#take(link, ms),
    })
  }

  /**
   * Calls the best endpoint there is, and once more another one if the first fails meanwhile. If its runtime cannot be read,
   * calls the others, too.
   *
   * @throws {ChainError} UNREACHABLE · WRONG_CHAIN · ENDPOINT_BUSY · CALL_TIMEOUT · CALL_FAILED · RUNTIME_UNSUPPORTED, when
   *   no other endpoint helps · any of the call itself
   */
  async call<T>(call: (node: ChainNode, signal: AbortSignal) => Promise<T>, options: CallOptions): Promise<T> {
    return await this.use(async link => await link.run(call, options.ms, options.signal), options)
  }

  /** As {@link call}, for what needs the link itself. */
  async use<T>(work: (link: Link) => Promise<T>, options: UseOptions): Promise<T> {
    const { signal, isRepeatable } = options
    const link = await this.#acquire(signal)
    try {
      return await this.#work(link, work)
    } catch (error) {
      signal?.throwIfAborted()
      if (isOfRuntime(error)) return await this.#workElsewhere(work, { ...options, link, error })
      if (!isOfEndpoint(error)) throw error
      // One endpoint refuses what another may answer; the only one refuses it again.
      if (!link.hasEnded && this.#endpoints.count > 1) link.end(error)
      const isWorthIt = link.hasEnded && (error.code !== 'CALL_TIMEOUT' || this.#endpoints.count > 1)
      if (!isRepeatable || !isWorthIt || this.#closed.signal.aborted) throw error
    }
    const next = await this.#acquire(signal)
    try {
      return await this.#work(next, work)
    } catch (error) {
      if (isOfRuntime(error)) return await this.#workElsewhere(work, { ...options, link: next, error })
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(connectionClosed())
    this.#return.stop()
    await Promise.allSettled([this.#opening, this.#checking])
  }

  async #work<T>(link: Link, work: (link: Link) => Promise<T>): Promise<T> {
    const result = await work(link)
    link.endpoint.succeed()
    return result
  }

  /** Works with another endpoint, which takes the place of a link whose runtime cannot be read; that one rests. */
  async #workElsewhere<T>(
    work: (link: Link) => Promise<T>,
    { link, error, signal, isRepeatable }: UseOptions & { readonly link: Link; readonly error: ChainError },
  ): Promise<T> {
    if (signal?.aborted || this.#closed.signal.aborted) throw error
    const start = performance.now()
    const endpoints = this.#endpoints
    using limit = timeoutSignal({ ms: this.#options.limits.openMs, reason: outOfTime, parent: this.#closed.signal })
    const run = (other: Link) => this.#work(other, work)
    const options = { endpoints, link, error, work: run, isRepeatable, signal, limit: limit.signal }
    const { result, other } = await workElsewhere(options)
    if (this.#link === link && !this.#opening) {
      endpoints.restUnreadable(link, error)
      link.retire()
      this.#take(other, performance.now() - start)
      this.#return.plan()
    } else other.retire()
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

  /** Returns the link in use, once it was looked at lately; undefined before the first, and while none answers. */
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
      if (!(isOfEndpoint(error) || isOfRuntime(error)) || this.#closed.signal.aborted) throw error
      link.end(error)
      return await this.#open()
    }
    if (link.isRetired) return await this.#open()
    this.#heads.reportClock(link)
    return this.#heads.isComparisonDue(link) ? await this.#open(link) : link
  }

  #open(current?: Link): Promise<Link> {
    const link = this.#link
    // Another link may have taken the place of the one that a call looked at.
    if (link && link !== current && !link.hasEnded) return Promise.resolve(link)
    this.#opening ??= this.#openBest(current).finally(() => {
      this.#opening = undefined
      this.#return.plan()
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
    this.#return.stop()
    const start = performance.now()
    const { openMs } = this.#options.limits
    using limit = timeoutSignal({ ms: openMs, reason: outOfTime, parent: this.#closed.signal })
    const links = current ? [current] : []
    for (const endpoint of await this.#endpoints.due(current, limit.signal)) {
      if (limit.signal.aborted) break
      const samples = endpoint === current?.endpoint ? current.samples : []
      const link = await this.#endpoints.open(endpoint, limit.signal, samples)
      if (!link) continue
      links.push(link)
      if (!this.#heads.isOld(link)) break
    }
    const best = bestOf(links.filter(link => !link.hasEnded))
    this.#closed.signal.throwIfAborted()
    if (!best) throw this.#endpoints.error()
    for (const link of links) if (link !== best) this.#endpoints.leave(link, best)
    if (best !== current) this.#take(best, performance.now() - start)
    this.#heads.reportOld(best)
    return best
  }

  #take(link: Link, ms: number): void {
    this.#link = link
    link.whenEnded(() => {
      if (this.#link === link) this.#link = undefined
    })
    this.#endpoints.expectChainOf(link)
    this.#options.onEvent({
      event: 'chainConnected',
      endpoint: link.endpoint.name,
      specVersion: link.sample.head.specVersion,
      ms: Math.round(ms),
    })
    this.#heads.reportClock(link)
  }
}

/** The link with the newest head; the first of those that agree. */
function bestOf(links: readonly Link[]): Link | undefined {
  const [first, ...others] = links
  return others.reduce((best, link) => (best && isNewer(link.sample, best.sample) ? link : best), first)
}
