import { abortable } from '../../async/abortable.js'
import type { ChainEvent } from '../chain.js'
import { ChainError } from '../chain-error.js'
import type { Network } from '../networks.js'
import { ChainEndpoint } from './chain-endpoint.js'
import { endpointError, isOfEndpoint, noneIsFit, unreadable } from './endpoint-errors.js'
import { headAge, isNewer } from './head-age.js'
import type { ChainLimits } from './limits.js'
import { type HeadSample, Link } from './link.js'

type EndpointListOptions = {
  readonly network: Network
  readonly limits: ChainLimits
  readonly now: () => number
  /** must not throw */
  readonly onEvent: (event: ChainEvent) => void
  /** aborts when the chain is disposed, and ends every link */
  readonly closed: AbortSignal
}

/** The endpoints of a chain, in their order. One that fails, or is behind, rests and is reported. */
export class EndpointList {
  readonly #options: EndpointListOptions
  readonly #all: readonly ChainEndpoint[]
  #genesis: string | undefined

  constructor(options: EndpointListOptions) {
    this.#options = options
    this.#genesis = options.network.genesis
    this.#all = options.network.endpoints.map(url => new ChainEndpoint(url, options.limits))
  }

  get count(): number {
    return this.#all.length
  }

  /** Returns the endpoints beside another one that have rested. */
  beside(endpoint: ChainEndpoint): readonly ChainEndpoint[] {
    return rested(this.#all.filter(other => other !== endpoint))
  }

  /** Returns the endpoints that come before another one. */
  before(endpoint: ChainEndpoint): readonly ChainEndpoint[] {
    return this.#all.slice(0, this.#all.indexOf(endpoint))
  }

  /**
   * Returns the endpoints that have rested. If all of them rest, and there is no connection, waits for the first. That of
   * the connection comes last: there may be several nodes behind its URL.
   */
  async due(current: Link | undefined, signal: AbortSignal): Promise<readonly ChainEndpoint[]> {
    const others = this.#all.filter(endpoint => endpoint !== current?.endpoint)
    const all = current ? [...others, current.endpoint] : others
    const waitMs = () => Math.min(...all.map(({ dueAt }) => dueAt)) - performance.now()
    if (current || waitMs() > this.#options.limits.openMs / 2) return rested(all)
    // A timer may fire a little early.
    while (rested(all).length === 0) await sleep(waitMs(), signal)
    return rested(all)
  }

  /** @returns undefined: the endpoint failed, or the signal aborted */
  async open(
    endpoint: ChainEndpoint,
    signal: AbortSignal,
    samples: readonly HeadSample[] = [],
  ): Promise<Link | undefined> {
    const { limits, now, closed } = this.#options
    try {
      const link = await Link.open({ endpoint, limits, now, samples }, this.#genesis, signal)
      const close = () => link.end(closed.reason)
      closed.addEventListener('abort', close, { once: true })
      link.whenEnded(error => {
        closed.removeEventListener('abort', close)
        if (!link.isRetired) this.#fail(endpoint, error)
      })
      if (closed.aborted) close()
      return link
    } catch (error) {
      const isOfSignal = signal.aborted && error === signal.reason
      // An attempt that ended for another reason than time tells nothing about the endpoint.
      if (isOfSignal && !(error instanceof ChainError)) return
      const isOwn = error instanceof ChainError && !isOfSignal
      this.#fail(
        endpoint,
        isOwn ? error : endpointError('CALL_TIMEOUT', endpoint.name, 'does not get ready in time', { cause: error }),
      )
      return
    }
  }

  /** Expects from now on that all endpoints are of the chain of this link, where the network has no name. */
  expectChainOf({ genesis }: Link): void {
    if (this.count > 1) this.#genesis ??= genesis
  }

  /** Gives up a link for a better one. Its endpoint rests when it is behind. */
  leave(link: Link, better: Link): void {
    if (link.endpoint !== better.endpoint && !link.hasEnded && isNewer(better.sample, link.sample)) {
      const behindMs = Math.round(headAge(link.sample))
      const { name } = link.endpoint
      const retryAfterMs = this.#options.limits.behindRestMs
      const { isNews } = link.endpoint.fail(endpointError('CALL_FAILED', name, 'is behind the chain', { retryAfterMs }))
      if (isNews)
        this.#options.onEvent({ event: 'chainBehind', endpoint: name, behindMs, isOnlyThis: true, hint: BEHIND })
    }
    link.retire()
  }

  /** Has an endpoint rest whose runtime cannot be read. */
  restUnreadable({ endpoint }: Link, error: ChainError): void {
    this.#fail(endpoint, unreadable(endpoint.name, error, this.#options.limits.behindRestMs))
  }

  /** Returns the error of a round in which no endpoint was fit. */
  error(): ChainError {
    return noneIsFit(this.#all)
  }

  #fail(endpoint: ChainEndpoint, error: ChainError): void {
    if (this.#options.closed.aborted) return
    const { isNews, restMs } = endpoint.fail(error)
    if (!isNews) return
    const { code, message: reason } = error
    const hint = isOfEndpoint(error) && code !== 'WRONG_CHAIN' ? RETRIED : error.hint
    const retryMs = Math.round(restMs)
    this.#options.onEvent({ event: 'chainEndpointFailed', endpoint: endpoint.name, code, reason, hint, retryMs })
  }
}

/** In place of the hint of an error, "try again": the miner does that by itself. */
const RETRIED = 'wait: the miner tries it again; if it goes on, name another endpoint first with --chain-endpoint'
const BEHIND = 'wait: another endpoint is in use; if it goes on, leave this one out of --chain-endpoint'

/** Returns those of some endpoints that may be tried now. */
export function rested(endpoints: readonly ChainEndpoint[]): readonly ChainEndpoint[] {
  return endpoints.filter(({ dueAt }) => dueAt <= performance.now())
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
