import { setTimeout } from 'node:timers/promises'
import type { LoggedRequest, RequestFilter } from '../../request-log/logged-request.js'
import type { RequestLogFile } from '../../request-log/read-request-log.js'

/** The writer adds requests once a second. */
const LOOK_MS = 500

/**
 * Returns the requests that are written from now on, until the signal aborts.
 *
 * @param after the number of the last request that is known already
 * @throws {RequestLogError} · the signal's reason
 */
export async function* followRequests(
  log: Pick<RequestLogFile, 'after'>,
  { filter, after, signal }: { readonly filter: RequestFilter; readonly after: number; readonly signal: AbortSignal },
): AsyncGenerator<readonly LoggedRequest[]> {
  let last = after
  for (;;) {
    const { requests, seq } = await log.after(last, filter)
    last = seq
    if (requests.length > 0) yield requests
    await setTimeout(LOOK_MS, undefined, { signal })
  }
}
