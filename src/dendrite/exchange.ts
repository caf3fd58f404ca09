import { type Agent, type IncomingMessage, request as startRequest } from 'node:http'
import type { HttpAsk } from '../wires/synapse/ask-of.js'
import type { HttpReply } from '../wires/synapse/read-reply.js'
import { NoReply } from './no-reply.js'

/** More than any answer has, the question that comes back in it included. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024

export type Peer = { readonly host: string; readonly port: number }

/**
 * Sends one request and reads the whole reply.
 *
 * @throws {NoReply} 503 when nobody takes the call or hangs up at once, 400 when the reply is cut, too large or no HTTP
 * @throws the signal's reason when it aborts
 */
export async function exchange(agent: Agent, peer: Peer, ask: HttpAsk, signal: AbortSignal): Promise<HttpReply> {
  const response = await send(agent, peer, ask, signal).catch(error => {
    signal.throwIfAborted()
    throw withoutResponse(error, `${peer.host}:${peer.port}${ask.path}`)
  })
  const body = await readAll(response).catch(error => {
    signal.throwIfAborted()
    throw error instanceof NoReply ? error : new NoReply(400, 'Payload error: the reply was cut off', { cause: error })
  })
  return { status: response.statusCode!, rawHeaders: response.rawHeaders, body }
}

function send(agent: Agent, peer: Peer, ask: HttpAsk, signal: AbortSignal): Promise<IncomingMessage> {
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

async function readAll(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > MAX_REPLY_BYTES)
      throw new NoReply(400, `Payload error: the reply is larger than ${MAX_REPLY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
