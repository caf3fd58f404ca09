import { AsyncLocalStorage } from 'node:async_hooks'
import type { ClientRequest } from 'node:http'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Upstream } from '../errors/upstream.js'

/** What the one who asks knows of a connection that is not there yet. */
type Wait = {
  readonly upstream: Upstream
  /** null: as long as the signal lets it */
  readonly timeoutMs: number | null
}

// The client stands between the one who asks and the one who connects, and hands nothing through.
const waits = new AsyncLocalStorage<Wait>()

/** Asks with a client whose `fetch` calls {@link limitConnecting}: what it has to connect for that is bound to this wait. */
export function whileConnecting<Reply>(wait: Wait, ask: () => Reply): Reply {
  return waits.run(wait, ask)
}

/**
 * Destroys a request whose connection takes too long.
 *
 * @throws {NoAnswer} `MODEL_CONNECT_TIMEOUT`, as the error of the request
 */
export function limitConnecting(request: ClientRequest): void {
  const wait = waits.getStore()
  if (!wait || wait.timeoutMs === null) return
  const timer = setTimeout(() => request.destroy(connectTimeout(wait)), wait.timeoutMs)
  const stop = () => clearTimeout(timer)
  request.once('close', stop)
  request.once('socket', socket => {
    if (request.reusedSocket) stop()
    else socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', stop)
  })
}

function connectTimeout({ upstream: { name, setting }, timeoutMs }: Wait): NoAnswer {
  return new NoAnswer('upstream', `${name} took no connection within ${timeoutMs} ms`, {
    code: 'MODEL_CONNECT_TIMEOUT',
    hint: `check that the endpoint is up, or raise ${setting('connectTimeout')}`,
  })
}
