import type { ChainEvent } from '../chain.js'
import type { Network } from '../networks.js'
import { clockError, headAge } from './head-age.js'
import type { ChainLimits } from './limits.js'
import type { Link } from './link.js'

type HeadWatchOptions = {
  readonly network: Network
  readonly limits: ChainLimits
  readonly onEvent: (event: ChainEvent) => void
}

/** Reports heads that are old and a clock that is wrong, each at most once in a quarter of an hour; not on a local chain. */
export class HeadWatch {
  readonly #options: HeadWatchOptions
  readonly #reportedAt = new Map<ChainEvent['event'], number>()
  /** when the heads of all endpoints were old, and compared */
  #comparedAt = Number.NEGATIVE_INFINITY

  constructor(options: HeadWatchOptions) {
    this.#options = options
  }

  isOld(link: Link): boolean {
    return !this.#options.network.isLocal && headAge(link.sample) > this.#options.limits.behindMs
  }

  /** Returns whether the head is old, and is to be compared with those of new connections, which cost a megabyte each. */
  isComparisonDue(link: Link): boolean {
    return this.isOld(link) && performance.now() - this.#comparedAt >= REMINDER_MS
  }

  /** Reports that the head is old, if it is, although it was compared with all others. */
  reportOld(link: Link): void {
    if (!this.isOld(link)) return
    this.#comparedAt = performance.now()
    const behindMs = Math.round(headAge(link.sample))
    this.#report({ event: 'chainBehind', endpoint: link.endpoint.name, behindMs, isOnlyThis: false, hint: OLD })
  }

  /** Reports that the clock of this machine is wrong, if the heads prove that. */
  reportClock({ endpoint, sample, samples }: Link): void {
    const offByMs = this.#options.network.isLocal ? 0 : Math.round(clockError(sample, samples.slice(0, -1)))
    if (offByMs !== 0) this.#report({ event: 'chainClock', endpoint: endpoint.name, offByMs, hint: CLOCK })
  }

  #report(event: ChainEvent): void {
    const now = performance.now()
    const last = this.#reportedAt.get(event.event)
    if (last !== undefined && now - last < REMINDER_MS) return
    this.#reportedAt.set(event.event, now)
    this.#options.onEvent(event)
  }
}

const REMINDER_MS = 900_000

const OLD = 'check that the clock of this machine is synchronized (NTP); if it is, wait until the chain goes on'
const CLOCK = 'synchronize the clock of this machine (NTP): beyond 4 s the axon refuses every validator'
