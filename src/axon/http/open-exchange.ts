import type { ServerResponse } from 'node:http'
import type { Exchange } from '../exchange.js'
import type { Connections } from './connections.js'
import type { RawRequest } from './open-server.js'
import type { BodyReader } from './read-body.js'
import { peerOf, plainAddress, type TrustedProxies } from './trusted-proxies.js'
import { writeStream } from './write-stream.js'

type ExchangeOptions = {
  readonly connections: Connections
  readonly bodies: BodyReader
  readonly proxies: TrustedProxies
  /** how long a caller may take to read one piece of a stream */
  readonly writeMs: number
  /** epoch milliseconds */
  readonly arrivedAt: number
}

/** Makes what the pipeline sees of a request, and registers the request with its connection until the reply is closed. */
export function openExchange(
  request: RawRequest,
  response: ServerResponse,
  { connections, bodies, proxies, writeMs, arrivedAt }: ExchangeOptions,
): Exchange {
  const { socket } = request
  const cancellation = new AbortController()
  const peer = peerOf(socket)
  const address = proxies.callerOf(peer.address, request.rawHeaders)
  const network = proxies.holderOf({ address, port: peer.port })
  let holder = network
  response.once('close', connections.begin(socket, cancellation))
  return {
    head: {
      method: request.method ?? '',
      target: originForm(request.originalUrl),
      rawHeaders: request.rawHeaders,
      address,
      port: peer.port,
    },
    arrivedAt,
    local: { ip: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
    body: limit => {
      if (/100-continue/i.test(request.headers.expect ?? '')) response.writeContinue()
      return bodies.read(request, { limit, holder, cancellation })
    },
    cancellation,
    network,
    stream: head => writeStream(response, head, { signal: cancellation.signal, writeMs }),
    prove: hotkey => {
      holder = { kind: 'hotkey', name: hotkey }
      connections.prove(socket, hotkey, address)
    },
    hasProven: hotkey => connections.hasProven(socket, hotkey, address),
    trust: () => connections.trust(socket),
  }
}

/**
 * Returns the path and query of a request target. Clients send proxies the absolute form, `http://host/path`, which a
 * server has to take, too (RFC 9112 §3.2.2). Signatures do not cover the target.
 */
function originForm(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '')
  return path === target || path.startsWith('/') ? path : `/${path}`
}
