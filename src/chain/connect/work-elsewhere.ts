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
  /** that the work may be done a second time, after it failed halfway */
  readonly isRepeatable: boolean
  /** of the caller */
  readonly signal: AbortSignal | undefined
  /** ends connecting */
  readonly limit: AbortSignal
}

/**
 * Works with the next endpoint that runs another runtime. Work that changes the chain may begin again, too, as long as only
 * runtimes are unfit: it finds that out before it submits anything.
 *
 * @returns the result, and the link that gave it
 * @throws `error`, when no other endpoint gives a result · the error of an endpoint that failed, when the work is not
 *   repeatable
 */
export async function workElsewhere<T>(options: ElsewhereOptions<T>): Promise<{ result: T; other: Link }> {
  const { endpoints, link, error, work, isRepeatable, signal, limit } = options
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
      else if (!isOfEndpoint(again) || !isRepeatable) throw again
    }
  }
  throw error
}
