import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { quote } from '../../text/escape.js'
import type { ChainError } from '../chain-error.js'
import { endpointError } from './endpoint-errors.js'
import { parseRetryAfter, rateLimitOf } from './rate-limit.js'

/**
 * Takes the metagraph of a full subnet, 0.4 MB in hex, and metadata, 0.6 MB, several times over. A list that claims a length
 * of a billion is decoded into a sparse array up to the last of its bytes: from 8 MiB on that ends the process.
 */
const MAX_MESSAGE_BYTES = 4 * 2 ** 20
/** ws itself would wait 30 s for the other side to close, and keep the process alive. */
const CLOSE_MS = 250
/** Answers that are longer carry results; an error is a line. */
const MAX_ERROR_LENGTH = 4_096
/** The storage keys and values of the largest subnet are some ten thousand; a metagraph is a single text. */
const MAX_PARTS = 200_000
const FOLLOWS: ReadonlySet<unknown> = new Set([
  'chainHead_v1_follow',
  'chain_subscribeAllHeads',
  'chain_subscribeFinalizedHeads',
])

type Listener = (event: object) => void

type ChainSocketOptions = {
  /** of the endpoint, for messages */
  readonly name: string
  readonly connectMs: number
  readonly heartbeatMs: number
  readonly now: () => number
  /** Called when the endpoint proves unfit. It may be called more than once. */
  readonly onFailure: (error: ChainError) => void
}

/**
 * Makes the class of sockets that polkadot-api opens for one endpoint. It adds what polkadot-api does not see:
 *
 * - the status and `Retry-After` of a refused upgrade, and an error of JSON-RPC that limits the rate;
 * - a refusal to follow the chain, which polkadot-api answers by asking again at once;
 * - what polkadot-api throws at a message, which would end the process;
 * - a message that takes gigabytes to parse;
 * - pings: an endpoint that answers them is alive, even when no block comes.
 *
 * @returns the class, and what closes all of its sockets
 */
export function chainSocketClass({ name, connectMs, heartbeatMs, now, onFailure }: ChainSocketOptions) {
  const sockets = new Set<WebSocket>()

  class ChainSocket {
    readonly url: string
    readonly #socket: WebSocket
    readonly #guarded = new WeakMap<Listener, Listener>()
    /** ids of the requests to follow that are not answered yet */
    readonly #following = new Set<unknown>()

    constructor(url: string) {
      this.url = url
      const options = { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES, handshakeTimeout: connectMs }
      const socket = new WebSocket(url, options)
      this.#socket = socket
      sockets.add(socket)
      // polkadot-api stops listening when it gives a socket up, and an error that no listener takes ends the process.
      socket.on('error', error => onFailure(failed(`failed: ${reasonOf(error)}`, error)))
      socket.on('unexpected-response', (_request, response) => this.#refuse(response))
      socket.on('close', (code, reason) => {
        sockets.delete(socket)
        const text = reason.length > 0 ? ` ${quote(reason.toString())}` : ''
        onFailure(failed(`closed the connection (${code}${text})`))
      })
      socket.once('open', () => {
        const pings = setInterval(() => socket.ping(), heartbeatMs / 3)
        socket.once('close', () => clearInterval(pings))
      })
    }

    send(data: string): void {
      if (data.length <= MAX_ERROR_LENGTH) {
        const { id, method } = JSON.parse(data) as { id?: unknown; method?: unknown }
        if (FOLLOWS.has(method)) this.#following.add(id)
      }
      this.#socket.send(data)
    }

    close(): void {
      this.#socket.close()
    }

    addEventListener(type: string, listener: Listener, options?: object): void {
      // ws has no such event as a `ping` of the server; polkadot-api counts it as a sign of life.
      if (type === 'ping') this.#socket.on('ping', listener).on('pong', listener)
      else this.#socket.addEventListener(type as 'message', this.#guard(type, listener), options)
    }

    removeEventListener(type: string, listener: Listener): void {
      if (type === 'ping') this.#socket.off('ping', listener).off('pong', listener)
      else this.#socket.removeEventListener(type as 'message', this.#guarded.get(listener) ?? listener)
    }

    #guard(type: string, listener: Listener): Listener {
      const guard = (event: object) => {
        try {
          if (type !== 'message' || this.#isFit(event)) listener(event)
        } catch (error) {
          onFailure(failed(`sends what is not JSON-RPC: ${reasonOf(error)}`, error))
        }
      }
      this.#guarded.set(listener, guard)
      return guard
    }

    #refuse(response: IncomingMessage): void {
      const { statusCode = 0, headers } = response
      response.destroy()
      const isBusy = statusCode === 429
      const wait = parseRetryAfter(headers['retry-after'], now())
      const text = isBusy ? 'limits the rate of this machine (HTTP 429)' : `refuses the connection (HTTP ${statusCode})`
      onFailure(isBusy ? busy(text, wait) : failed(text, undefined, wait))
      this.#socket.terminate()
    }

    /** Returns whether polkadot-api may see a message. */
    #isFit({ data }: { data?: unknown }): boolean {
      if (typeof data !== 'string') return true
      if (data.length > MAX_ERROR_LENGTH) return this.#isSimple(data)
      if (this.#following.size === 0 && !data.includes('"error"')) return true
      const message = JSON.parse(data) as { id?: unknown; error?: unknown } | null
      const isOfFollow = this.#following.delete(message?.id)
      if (!message?.error) return true
      const limit = rateLimitOf(message.error)
      if (limit) onFailure(busy('limits the rate of this machine', limit.retryAfterMs))
      else if (isOfFollow) onFailure(failed(`refuses to follow the chain: ${errorText(message.error)}`))
      else return true
      return false
    }

    #isSimple(data: string): boolean {
      if (!hasMoreParts(data, MAX_PARTS)) return true
      onFailure(failed('sends a message of too many parts'))
      return false
    }
  }

  const failed = (what: string, cause?: unknown, retryAfterMs?: number) =>
    endpointError('CALL_FAILED', name, what, { cause, retryAfterMs })
  const busy = (what: string, retryAfterMs: number | undefined) =>
    endpointError('ENDPOINT_BUSY', name, what, { retryAfterMs })

  return {
    // polkadot-api wants the class of browsers, and uses these five members of it.
    ChainSocket: ChainSocket as unknown as typeof globalThis.WebSocket,
    close: () => sockets.forEach(closeSoon),
  }
}

/** Closes a socket by the rules of the protocol, and without them when the other side takes no part in that. */
function closeSoon(socket: WebSocket): void {
  socket.close()
  const timer = setTimeout(() => socket.terminate(), CLOSE_MS)
  socket.once('close', () => clearTimeout(timer))
}

/**
 * Returns whether a text of JSON may hold more values than that. `JSON.parse` makes up to a hundred times the memory of a
 * text of brackets, over the limit of the thread, and nothing can end it meanwhile.
 */
function hasMoreParts(text: string, most: number): boolean {
  let parts = 0
  for (let at = 0; at < text.length && parts <= most; at++) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === BRACKET || code === BRACE) parts++
  }
  return parts > most
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b]

function errorText(error: unknown): string {
  const { message } = error as { message?: unknown }
  return quote(String(message ?? JSON.stringify(error)))
}

/**
 * Returns the message of an error. Node wraps the errors of a host's several addresses in one without a message. An error of
 * OpenSSL begins with numbers, so that its reason would be cut off.
 */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return quote(String(error))
  const reason = /:SSL routines:[^:]*:([^:]+)/.exec(error.message)?.[1]
  return quote(reason ? `TLS: ${reason}` : error.message || error.name)
}
