import { setTimeout } from 'node:timers/promises'
import type { LoggedRequest, RequestFilter } from '../../request-log/logged-request.js'
import type { RequestLogFile } from '../../request-log/read-request-log.js'
import { RequestLogError, type RequestLogErrorCode } from '../../request-log/request-log-error.js'

/** The writer adds requests once a second. */
const LOOK_MS = 500

type FollowOptions = {
  readonly filter: RequestFilter
  /** the number of the last request that is known already */
  readonly after: number
  readonly signal: AbortSignal
  /** Hears why the file cannot be read for now: once for each time that it cannot. */
  readonly onPause: (error: RequestLogError) => void
}

/**
 * Returns the requests that are written from now on, until the signal aborts. When the file is deleted, it goes on with the
 * one that takes its place; while another program holds it, it waits.
 *
 * @throws {RequestLogError} but REQUEST_LOG_MISSING and REQUEST_LOG_LOCKED · the signal's reason
 */
export async function* followRequests(
  log: Pick<RequestLogFile, 'after'>,
  { filter, after, signal, onPause }: FollowOptions,
): AsyncGenerator<readonly LoggedRequest[]> {
  let last = after
  let isPaused = false
  for (;;) {
    const written = await log.after(last, filter).catch(pause)
    if (written instanceof RequestLogError) {
      if (!isPaused) onPause(written)
    } else {
      last = written.seq
      if (written.requests.length > 0) yield written.requests
    }
    isPaused = written instanceof RequestLogError
    await setTimeout(LOOK_MS, undefined, { signal })
  }
}

/** @throws the error, unless it passes */
function pause(error: unknown): RequestLogError {
  const passes = error instanceof RequestLogError && passing.includes(error.code)
  if (!passes) throw error
  return error
}

const passing: readonly RequestLogErrorCode[] = ['REQUEST_LOG_MISSING', 'REQUEST_LOG_LOCKED']
