import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type AddressInfo, isIP, type Socket } from 'node:net'
import { http } from '../async/node-http.js'
import { AdminError } from './admin-error.js'
import { FailedLogins } from './gate/failed-logins.js'
import { Gate } from './gate/gate.js'
import { isLoopbackName } from './gate/hosts.js'
import { TokenCheck } from './gate/token.js'
import type { PageFiles } from './http/page-files.js'
import { rawReply, sendReply } from './http/reply.js'
import { AdminRoutes } from './http/routes.js'
import type { Shown } from './sources.js'

export type AdminOptions = {
  /** an address of this machine, or a name of one */
  readonly host: string
  /** 0 picks a free one */
  readonly port: number
  /** names and addresses, without a port, under which it may be asked beside its own */
  readonly allowedHosts: readonly string[]
  readonly token: string
  readonly page: PageFiles
  /** receives unexpected errors, for the log */
  readonly onError: (error: unknown) => void
}

export type AdminPort = AsyncDisposable & {
  readonly port: number
  /** reachable from this machine */
  readonly url: string
  /** Shows a miner whose axon is open; call it once. Before, the port tells that it starts. */
  show(shown: Shown): void
}

/** What the operator is told of it. */
export type AdminPlace = Pick<AdminPort, 'url'> & {
  /** where its token is; null: the operator has set it */
  readonly tokenFile: string | null
}

/** An admin port, and its token. */
export type OpenAdmin = AdminPlace & Pick<AdminPort, 'show'> & { readonly token: string }

/**
 * Opens the admin port: what an operator looks at, for the operator only. It changes nothing, and never asks the model.
 *
 * @throws {AdminError} ADMIN_PORT_UNUSABLE
 */
export async function openAdmin(options: AdminOptions): Promise<AdminPort> {
  const { onError } = options
  const server = http.createServer({
    maxHeaderSize: MAX_HEADERS,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
    requireHostHeader: false, // the gate says 421
  })
  server.maxConnections = MAX_CONNECTIONS
  const port = await listen(server, options)
  const gate = new Gate({
    allowedHosts: new Set([...ownNames(options.host), ...options.allowedHosts].map(host => host.toLowerCase())),
    token: new TokenCheck(options.token, port),
    failures: new FailedLogins(),
  })
  const routes = new AdminRoutes({ gate, page: options.page, areMetricsOpen: isLoopbackName(options.host) })
  const take = (request: IncomingMessage, response: ServerResponse) => {
    routes.answer(request, response).catch((error: unknown) => {
      onError(error)
      if (response.headersSent) response.destroy()
      else sendReply(request, response, { status: 500 })
    })
  }
  for (const event of ['request', 'checkExpectation']) server.on(event, take)
  server.on('checkContinue', (request, response) => {
    if (!gate.denied(request)) response.writeContinue()
    take(request, response)
  })
  server.on('connect', (_, socket: Socket) => end(socket, 405))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => end(socket, statusOf(error)))
  server.on('error', onError)

  let closing: Promise<void> | undefined
  const close = async () => {
    routes[Symbol.dispose]()
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
  return {
    port,
    url: urlOf(options.host, port),
    show: shown => routes.show(shown),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

/** Bytes of all headers of a request; a browser sends about 1 kB, and cookies of other programs of the host. */
const MAX_HEADERS = 16 * 1024
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000
const KEEP_ALIVE_MS = 5_000
const CHECK_MS = 1_000
/** Streams and their pages, Prometheus, and some more. */
const MAX_CONNECTIONS = 128

async function listen(server: Server, { host, port }: AdminOptions): Promise<number> {
  const opened = Promise.withResolvers<void>()
  server.once('error', opened.reject)
  server.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port }, opened.resolve)
  try {
    await opened.promise
  } catch (cause) {
    const message = `cannot open the admin port at ${host}:${port}: ${(cause as Error).message}`
    const hint =
      'choose another with --admin-port (0 picks a free one), or an address of this machine with --admin-host'
    throw new AdminError('ADMIN_PORT_UNUSABLE', message, { hint, cause })
  }
  server.off('error', opened.reject)
  return (server.address() as AddressInfo).port
}

/** The port may be asked by the name that it listens at; an address is that of the connection, if it is of this machine. */
function ownNames(host: string): readonly string[] {
  return isIP(host) === 0 ? [host] : []
}

function urlOf(host: string, port: number): string {
  const isEverywhere = host === '::' || host === '0.0.0.0'
  return `http://${isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Ends a connection on which no request can be read. */
function end(socket: Socket, status: number): void {
  socket.on('error', () => socket.destroy())
  if (socket.writable && socket.bytesWritten === 0) socket.end(rawReply(status))
  socket.destroySoon()
}

function statusOf({ code }: NodeJS.ErrnoException): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}
