import type { Agent, IncomingMessage } from 'node:http'
import { decompressed } from '../async/decompress.js'
import { http } from '../async/node-http.js'
import type { HttpRequest } from '../wires/synapse/build-request.js'
import type { HttpReply } from '../wires/synapse/read-reply.js'
import type { HttpHead } from '../wires/synapse/read-reply-head.js'
import { NoReply } from './no-reply.js'

/** Larger than any real reply, including the request that it echoes; counted after decompression. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024

/** Where to connect. */
export type Peer = { readonly host: string; readonly port: number }

/** A reply whose body is still arriving. */
export type Response = {
  readonly head: HttpHead
  /**
   * Yields the body's chunks as they arrive. Reading to the end makes the connection reusable; ending the iteration
   * early closes it.
   *
   * @throws {NoReply} 400 when the body is cut off or too large
   * @throws the signal's reason when it aborts
   */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Sends one request, and waits for the head of the reply.
 *
 * @throws {NoReply} 503 when the connection fails or is closed without a reply, 400 when the reply is not HTTP
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

/** Reads the whole body. @throws as the body does */
export async function wholeReply({ head, body }: Response): Promise<HttpReply> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { ...head, body: Buffer.concat(chunks) }
}

function sendRequest(agent: Agent, peer: Peer, ask: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = Object.fromEntries(ask.headers)
  const request = http.request({ ...peer, agent, method: ask.method, path: ask.path, headers, signal })
  request.once('response', resolve)
  request.once('upgrade', (_, socket) => {
    socket.destroy()
    reject(new NoReply(400, 'Client response error: the protocol was changed'))
  })
  request.on('error', reject)
  // However the request ends, the promise settles; the first event wins.
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
    // As aiohttp does, on which the SDK's dendrite rests: some proxies in front of an axon compress.
    for await (const chunk of decompressed(response, response.headers['content-encoding'])) {
      size += chunk.length
      if (size > MAX_REPLY_BYTES)
        throw new NoReply(400, `Payload error: the reply is larger than ${MAX_REPLY_BYTES} bytes`)
      yield chunk
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof NoReply) throw error
    const isEncoding = /^(Z_|ERR_BROTLI|ERR__ERROR|ZSTD_)/.test((error as NodeJS.ErrnoException).code ?? '')
    const what = isEncoding ? `is not in ${response.headers['content-encoding']}, as its head says` : 'was cut off'
    throw new NoReply(400, `Payload error: the reply ${what}`, { cause: error })
  }
}
