import { type Agent, type IncomingMessage, request as startRequest } from 'node:http'
import type { HttpRequest } from '../wires/synapse/build-request.js'
import type { HttpReply } from '../wires/synapse/read-reply.js'
import type { HttpHead } from '../wires/synapse/read-reply-head.js'
import { NoReply } from './no-reply.js'

/** More than any answer has, the question that comes back in it included. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024

export type Peer = { readonly host: string; readonly port: number }

/** A reply whose body is still on its way. */
export type Response = {
  readonly head: HttpHead
  /**
   * As it comes. The connection is used again after its end, and closed when who reads it leaves before.
   *
   * @throws {NoReply} 400 when it is cut or too large
   * @throws the signal's reason when it aborts
   */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Sends one request, and waits for the head of the reply.
 *
 * @throws {NoReply} 503 when nobody takes the call or hangs up at once, 400 when the reply is no HTTP
 * @throws the signal's reason when it aborts
 */
export async function send(agent: Agent, peer: Peer, ask: HttpRequest, signal: AbortSignal): Promise<Response> {
  const response = await sendRequest(agent, peer, ask, signal).catch(error => {
    signal.throwIfAborted()
    throw withoutResponse(error, `${peer.host}:${peer.port}${ask.path}`)
  })
  return {
    head: { status: response.statusCode!, rawHeaders: response.rawHeaders },
    body: read(response, signal),
  }
}

/** Reads all of it. @throws as its body */
export async function wholeReply({ head, body }: Response): Promise<HttpReply> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { ...head, body: Buffer.concat(chunks) }
}

function sendRequest(agent: Agent, peer: Peer, ask: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = Object.fromEntries(ask.headers)
  const request = startRequest({ ...peer, agent, method: ask.method, path: ask.path, headers, signal })
  request.once('response', resolve)
  request.once('upgrade', (_, socket) => {
    socket.destroy()
    reject(new NoReply(400, 'Client response error: the protocol was changed'))
  })
  request.on('error', reject)
  // Whatever else may happen to a request, the caller is not left waiting; the first of these to come decides.
  request.once('close', () => reject(new NoReply(400, 'Client response error: there was no response')))
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  request.end(ask.body)
  return promise
}

// The texts are those of opentensor/bittensor v10.2.0 bittensor/core/dendrite.py DENDRITE_ERROR_MAPPING.
function withoutResponse(error: NodeJS.ErrnoException, where: string): NoReply {
  if (error instanceof NoReply) return error
  const { code = '', message } = error
  if (code.startsWith('HPE_')) return new NoReply(400, `Client response error: ${message}`, { cause: error })
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new NoReply(503, 'Service disconnected: Server disconnected', { cause: error })
  }
  return new NoReply(503, `Service unavailable at ${where}`, { cause: error })
}

async function* read(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  let size = 0
  try {
    for await (const chunk of response) {
      size += chunk.length
      if (size > MAX_REPLY_BYTES)
        throw new NoReply(400, `Payload error: the reply is larger than ${MAX_REPLY_BYTES} bytes`)
      yield chunk
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof NoReply ? error : new NoReply(400, 'Payload error: the reply was cut off', { cause: error })
  }
}
