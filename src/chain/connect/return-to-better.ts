import { type EndpointList, rested } from './endpoint-list.js'
import { isNewer } from './head-age.js'
import type { Link } from './link.js'

type ReturnOptions = {
  readonly endpoints: EndpointList
  /** the link in use; undefined while there is none, or while another one is sought */
  readonly current: () => Link | undefined
  /** called with a better link; `ms`: how long connecting took */
  readonly onReturn: (link: Link, ms: number) => void
}

/** While another endpoint than the first is in use, tries those before it again as soon as they have rested. */
export class ReturnToBetter {
  readonly #options: ReturnOptions
  #attempt: AbortController | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: ReturnOptions) {
    this.#options = options
  }

  /** Sets the timer for the next attempt. One that still goes on is for a link that is no longer in use, and ends. */
  plan(): void {
    this.stop()
    const link = this.#options.current()
    const better = link ? this.#options.endpoints.before(link.endpoint) : []
    if (better.length === 0) return
    const waitMs = Math.min(...better.map(({ dueAt }) => dueAt)) - performance.now()
    this.#timer = setTimeout(() => void this.#return(), Math.max(waitMs, 0) + 1).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#attempt?.abort()
  }

  /** Calls go on meanwhile. */
  async #return(): Promise<void> {
    const { endpoints, current, onReturn } = this.#options
    const before = current()
    if (!before) return
    this.#attempt = new AbortController()
    const { signal } = this.#attempt
    const start = performance.now()
    for (const endpoint of rested(endpoints.before(before.endpoint))) {
      const link = await endpoints.open(endpoint, signal)
      if (signal.aborted || current() !== before) {
        link?.retire()
        return
      }
      if (!link) continue
      if (isNewer(before.sample, link.sample)) {
        endpoints.leave(link, before)
        continue
      }
      before.retire()
      onReturn(link, performance.now() - start)
      break
    }
    this.plan()
  }
}
