import { AsyncLocalStorage } from 'node:async_hooks'
import { Socket } from 'node:net'
import type { buildConnector, Dispatcher } from 'undici'
import { NoAnswer } from '../../plugin/no-answer.js'
import type { Upstream } from './upstream.js'

/** What the one who asks knows of a connection that is not there yet. */
type Wait = {
  readonly upstream: Upstream
  /** null: as long as the signal lets it */
  readonly timeoutMs: number | null
  readonly signal: AbortSignal
}

// A connector is told where to connect, and not for whom.
const waits = new AsyncLocalStorage<Wait>()

/** Asks with a client of {@link connections}: what it has to connect for that is bound to this wait. */
export function whileConnecting<Reply>(wait: Wait, ask: () => Reply): Reply {
  return waits.run(wait, ask)
}

/**
 * A dispatcher for `fetch`, with connections of its own. A connection that takes too long, or that nobody waits for any
 * more, is closed at once: `fetch` alone has no time-out for it, and connects on when it is aborted. There are no other
 * time-outs; who asks has them.
 *
 * @throws {NoAnswer} `MODEL_CONNECT_TIMEOUT`, as a cause of what `fetch` throws
 */
export async function connections(): Promise<Dispatcher> {
  const { Agent, buildConnector } = await import('undici') // 80 ms, so not before it is needed
  const open = buildConnector({ timeout: 0 })
  const connect: buildConnector.connector = (options, callback) => {
    const socket: unknown = open(options, callback)
    const wait = waits.getStore()
    if (wait && socket instanceof Socket)
      bind(socket, options.protocol === 'https:' ? 'secureConnect' : 'connect', wait)
  }
  return new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 })
}

function bind(socket: Socket, isOpen: 'connect' | 'secureConnect', { upstream, timeoutMs, signal }: Wait): void {
  const leave = () => socket.destroy(new Error('nobody waits for this connection'))
  const tooLong = () => socket.destroy(connectTimeout(upstream, timeoutMs))
  const timer = timeoutMs === null ? undefined : setTimeout(tooLong, timeoutMs)
  const settle = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
    socket.off(isOpen, settle).off('close', settle)
  }
  signal.addEventListener('abort', leave)
  socket.on(isOpen, settle).on('close', settle)
  if (signal.aborted) leave()
}

function connectTimeout({ name, setting }: Upstream, timeoutMs: number | null): NoAnswer {
  return new NoAnswer('upstream', `${name} took no connection within ${timeoutMs} ms`, {
    code: 'MODEL_CONNECT_TIMEOUT',
    hint: `check that the endpoint is up, or raise ${setting('connectTimeout')}`,
  })
}
