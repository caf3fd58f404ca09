import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { http } from '../../async/node-http.js'
import { Refusal } from '../../wires/refusal.js'
import type { Wire } from '../../wires/wire.js'
import type { Limits } from '../limits.js'
import { answerClientError, refuseAndClose } from './client-error.js'
import type { Connections } from './connections.js'
import { LeanRequest } from './lean-request.js'
import { peerOf, type TrustedProxies } from './trusted-proxies.js'

/** A request as Node parsed it; `originalUrl` is its target, which fastify replaces. */
export type RawRequest = IncomingMessage & { readonly originalUrl: string }

type ServerOptions = {
  readonly limits: Limits
  readonly connections: Connections
  readonly proxies: TrustedProxies
  /** the wire in whose form input that Node cannot parse is refused */
  readonly wire: Wire
  /** takes every request, whatever its method, target or type, before its body is read; must not throw */
  readonly take: (request: RawRequest, response: ServerResponse) => void
  /** called with each refusal of input that Node cannot parse as a request */
  readonly onUnparsed: (refusal: Refusal, socket: Socket) => void
}

/**
 * Makes the HTTP server, which does not listen yet. Fastify gives it its limits, time-outs and closing; the pipeline does
 * the routing. So one route takes every URL, and one hook takes every request before fastify looks at its method, type or
 * body.
 */
export function openServer({ limits, connections, proxies, wire, take, onUnparsed }: ServerOptions): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    return503OnClosing: false,
    serverFactory: handle =>
      http.createServer(
        {
          IncomingMessage: LeanRequest,
          maxHeaderSize: MAX_HEADERS,
          headersTimeout: limits.headersMs,
          requestTimeout: limits.requestMs,
          keepAliveTimeout: limits.keepAliveMs,
          connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMs),
          requireHostHeader: false,
        },
        (request, response) => connections.hasRoom(request.socket) && handle(request, response),
      ),
    rewriteUrl: () => '/',
    clientErrorHandler: (error, socket) => {
      const refusal = answerClientError(error, socket, wire)
      if (refusal) onUnparsed(refusal, socket)
    },
  })
  app.server.maxHeadersCount = 0
  app.server.on('connection', socket => connections.add(socket, proxies.holderOf(peerOf(socket))))
  // A caller that waits for "100 Continue" gets it when the pipeline reads the body.
  for (const event of ['checkContinue', 'checkExpectation'])
    app.server.on(event, (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (_, socket: Socket) => {
    // Node takes its own listener away from a tunnel, and a caller that resets it would end the process.
    socket.on('error', () => socket.destroy())
    // Nothing else reads the socket now, and unread bytes would hide that its caller has left.
    socket.resume()
    const refusal = new Refusal('METHOD_NOT_ALLOWED')
    if (refuseAndClose(refusal, socket, wire)) onUnparsed(refusal, socket)
  })
  app.setNotFoundHandler(() => {})
  app.addHook('onRequest', (request, reply) => {
    reply.hijack()
    take(request.raw as RawRequest, reply.raw)
  })
  return app
}

/** How often Node checks for overdue headers and bodies. */
const CHECK_MS = 1_000

/** Bytes of all headers of a request; a dendrite sends about 1.5 kB. */
const MAX_HEADERS = 32 * 1024
