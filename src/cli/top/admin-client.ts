import type { LiveStatus, RequestList } from '../../admin/api.js'
import { TimeoutError, timeoutSignal } from '../../async/timeout.js'
import { UsageError } from '../errors/usage-error.js'
import type { FoundAdmin } from './find-admin.js'
import { isRequestList, isStatus } from './replies.js'

/** How long a reply may take. */
const REPLY_MS = 5_000

/** The figures of a running miner. */
export type TopFigures = { readonly status: LiveStatus; readonly requests: RequestList['requests'] }

/**
 * Asks an admin port for its figures, and for the last requests.
 *
 * @throws {UsageError} ADMIN_TOKEN_REFUSED · ADMIN_PORT_SILENT
 * @throws the signal's reason
 */
export async function readFigures(admin: FoundAdmin, count: number, signal: AbortSignal): Promise<TopFigures> {
  const [status, list] = await Promise.all([
    readStatus(admin, signal),
    read(admin, `/api/requests?limit=${count}`, signal),
  ])
  if (!isRequestList(list)) throw foreign(admin.url)
  return { status, requests: list.requests }
}

/** Asks an admin port for its figures. @throws as {@link readFigures} */
export async function readStatus(admin: FoundAdmin, signal: AbortSignal): Promise<LiveStatus> {
  const status = await read(admin, '/api/status', signal)
  if (!isStatus(status)) throw foreign(admin.url)
  return status
}

async function read({ url, token }: FoundAdmin, path: string, signal: AbortSignal): Promise<unknown> {
  const reason = () => new TimeoutError(`no reply within ${REPLY_MS / 1000} s`)
  using late = timeoutSignal({ ms: REPLY_MS, reason, parent: signal })
  let status: number
  try {
    const reply = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: late.signal,
    })
    if (reply.ok) return await reply.json()
    await reply.body?.cancel()
    status = reply.status
  } catch (error) {
    signal.throwIfAborted()
    throw silent(url, reasonOf(error as Error))
  }
  if (status !== 401) throw silent(url, `it replies with ${status}`)
  const hint = 'set MINER_ADMIN_TOKEN to the text of the file admin/token in the data folder of that miner'
  throw new UsageError('ADMIN_TOKEN_REFUSED', `the admin port ${url} refuses the token`, hint)
}

function foreign(url: string): UsageError {
  return silent(url, 'it replies with something else: it is of another version, or no admin port')
}

function silent(url: string, reason: string): UsageError {
  const hint = 'look whether the miner still runs, and whether --url names its admin port'
  return new UsageError('ADMIN_PORT_SILENT', `the admin port ${url} does not give its figures: ${reason}`, hint)
}

function reasonOf({ message, cause }: Error): string {
  if (cause instanceof Error && /^(EPROTO|ERR_SSL_.*)$/.test(String((cause as NodeJS.ErrnoException).code)))
    return 'it speaks no TLS; the URL of a port without a proxy in front begins with http://'
  return cause instanceof Error ? cause.message : message
}
