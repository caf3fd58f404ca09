import { AsyncLocalStorage } from 'node:async_hooks'
import type { ClientRequest } from 'node:http'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Upstream } from '../errors/upstream.js'

/** The connect timeout of one call, and the endpoint for its error. */
type ConnectLimit = {
  readonly upstream: Upstream
  /** null: until the signal aborts */
  readonly timeoutMs: number | null
}

// The client between the caller and its `fetch` passes no options through.
const limits = new AsyncLocalStorage<ConnectLimit>()

/** Runs a call whose `fetch` uses {@link limitConnecting}, with this connect timeout. */
export function whileConnecting<Reply>(limit: ConnectLimit, call: () => Reply): Reply {
  return limits.run(limit, call)
}

/**
 * Destroys a request whose connection takes too long. Not `timeoutSignal`: the request needs this error as its own, and
 * the timer ends with the connection, not with the call.
 *
 * @throws {NoAnswer} `MODEL_CONNECT_TIMEOUT`, as the error of the request
 */
export function limitConnecting(request: ClientRequest): void {
  const limit = limits.getStore()
  if (!limit || limit.timeoutMs === null) return
  const timer = setTimeout(() => request.destroy(connectTimeout(limit)), limit.timeoutMs)
  const stop = () => clearTimeout(timer)
  request.once('close', stop)
  request.once('socket', socket => {
    if (request.reusedSocket) stop()
    else socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', stop)
  })
}

function connectTimeout({ upstream: { name, setting }, timeoutMs }: ConnectLimit): NoAnswer {
  return new NoAnswer('upstream', `${name} did not accept a connection within ${timeoutMs} ms`, {
    code: 'MODEL_CONNECT_TIMEOUT',
    hint: `check that the endpoint is up, or raise ${setting('connectTimeout')}`,
  })
}
