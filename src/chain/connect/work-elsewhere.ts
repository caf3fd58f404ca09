import type { ChainError } from '../chain-error.js'
import { isOfEndpoint, isOfRuntime } from './endpoint-errors.js'
import type { EndpointList } from './endpoint-list.js'
import { isNewer } from './head-age.js'
import type { Link } from './link.js'

type ElsewhereOptions<T> = {
  readonly endpoints: EndpointList
  /** the link whose runtime cannot be read */
  readonly link: Link
  readonly error: ChainError
  readonly work: (link: Link) => Promise<T>
  /** of the caller */
  readonly signal: AbortSignal | undefined
  /** ends connecting */
  readonly limit: AbortSignal
}

/**
 * Works with the next endpoint that runs another runtime. Work that changes the chain may begin again, too: it finds out
 * that a runtime is unfit before it submits anything.
 *
 * @returns the result, and the link that gave it
 * @throws `error`, when no other endpoint gives a result
 */
export async function workElsewhere<T>(options: ElsewhereOptions<T>): Promise<{ result: T; other: Link }> {
  const { endpoints, link, error, work, signal, limit } = options
  for (const endpoint of endpoints.beside(link.endpoint)) {
    if (limit.aborted) break
    const other = await endpoints.open(endpoint, limit)
    if (!other) continue
    try {
      // A node that is behind the chain has an old runtime, and old answers.
      if (!isNewer(link.sample, other.sample)) return { result: await work(other), other }
      other.retire()
    } catch (again) {
      other.retire()
      signal?.throwIfAborted()
      if (isOfRuntime(again)) endpoints.restUnreadable(other, again)
      else if (!isOfEndpoint(again)) throw again
    }
  }
  throw error
}
