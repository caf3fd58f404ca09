import { isLoopbackName } from '../../admin/gate/hosts.js'
import type { RunningAdmin } from '../../admin/running-ports.js'
import { shortHotkey } from '../../app/log/event-text.js'
import { escapeControls, quote } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'

/** An admin port, and what opens it. */
export type FoundAdmin = Pick<RunningAdmin, 'url' | 'token'>

type Looking = {
  /** what `--url` names */
  readonly url: string | undefined
  /** of the settings */
  readonly token: string | undefined
  /** the ports of miners that run on this machine as this user */
  readonly running: readonly RunningAdmin[]
}

/**
 * Finds the admin port to ask: that of `--url`, or the only one that is open on this machine.
 *
 * @throws {UsageError} ADMIN_URL_INVALID · ADMIN_TOKEN_MISSING · ADMIN_PORT_MISSING · ADMIN_PORT_AMBIGUOUS
 */
export function findAdmin({ url, token, running }: Looking): FoundAdmin {
  if (url !== undefined) {
    const origin = originOf(url)
    const known = running.find(one => one.url === origin) ?? running.find(one => isSamePort(one.url, origin))
    // Under its own URL: another user may have this port of another loopback address.
    if (known) return known
    if (token !== undefined) return { url: origin, token }
    const hint = 'set MINER_ADMIN_TOKEN to the text of the file admin/token in the data folder of that miner'
    throw new UsageError('ADMIN_TOKEN_MISSING', `the token of the admin port ${origin} is not known here`, hint)
  }
  const [first, ...others] = running
  if (!first) {
    const hint = 'start one with miner serve --admin-port 9091; or name that of another machine with --url'
    throw new UsageError('ADMIN_PORT_MISSING', 'this user runs no miner with an admin port on this machine', hint)
  }
  if (others.length === 0) return first
  const list = running.map(({ url, hotkey, netuid }) => {
    return `--url ${url} (${escapeControls(shortHotkey(hotkey))}${netuid === undefined ? '' : ` on subnet ${netuid}`})`
  })
  const message = `${running.length} miners on this machine have an admin port`
  throw new UsageError('ADMIN_PORT_AMBIGUOUS', message, `name one of them: ${list.join(' or ')}`)
}

/** Whether two origins are those of one port: the loopback of this machine has several names. */
function isSamePort(one: string, other: string): boolean {
  const [first, second] = [new URL(one), new URL(other)]
  return first.protocol === second.protocol && first.port === second.port && isLoopback(first) && isLoopback(second)
}

function isLoopback({ hostname }: URL): boolean {
  return isLoopbackName(hostname.replace(/^\[|\]$/g, ''))
}

function originOf(url: string): string {
  const parsed = URL.parse(url)
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.pathname === '/' && !parsed.search) return parsed.origin
  const hint = 'give scheme, host and port: http://127.0.0.1:9091'
  throw new UsageError('ADMIN_URL_INVALID', `--url takes the URL of an admin port, and got ${quote(url)}`, hint)
}
