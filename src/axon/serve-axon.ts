import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import fastify from 'fastify'
import { withTimeout } from '../async/timeout.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import type { Miner } from '../plugin/miner.js'
import { servingAxon } from '../plugin/run/abandon.js'
import { boundedFetch, questionSignal } from '../plugin/run/bounded-fetch.js'
import type { ScreenRule } from '../plugin/screen-rule.js'
import type { ChainState, Standings } from '../plugin/standing.js'
import { Refusal } from '../wires/refusal.js'
import type { Wire } from '../wires/wire.js'
import { signJson } from './answer/sign-json.js'
import type { AxonContext } from './context.js'
import { publish } from './events.js'
import type { Exchange } from './exchange.js'
import { answerClientError, refuseAndClose } from './http/client-error.js'
import { Connections } from './http/connections.js'
import { listen, reachableUrl } from './http/listen.js'
import { readBody } from './http/read-body.js'
import { writeReply } from './http/write-reply.js'
import { cutOff, writeStream } from './http/write-stream.js'
import { pipeline } from './pipeline.js'
import { ping } from './stages/match.js'
import type { OnHookFailed } from './stages/miner-hooks.js'
import { CallerState } from './state/caller-state.js'
import { RateLimiter } from './state/rate-limiter.js'
import { RisingNonces } from './state/rising-nonces.js'
import { Scheduler } from './state/scheduler.js'
import { type CheckSignatures, SignatureQueue } from './state/signature-queue.js'
import { SpentNonces } from './state/spent-nonces.js'

export type AxonOptions = {
  /** identifies the axon in the records of its requests; by default a random UUID */
  readonly id?: string
  /** our own hotkey, ss58, which callers name as the receiver in what they sign */
  readonly hotkey: string
  /** null: every address of this machine, IPv6 and IPv4 */
  readonly host: string | null
  /** 0 picks a free one */
  readonly port: number
  readonly wires: readonly [Wire, ...Wire[]]
  readonly dialect: DialectDefinition
  readonly miner: Miner
  /** the operator's choice, for records */
  readonly minerName: string
  readonly rules: readonly ScreenRule[]
  /** looks a claimed hotkey up, once for each request; without a chain `() => 'unregistered'` */
  readonly standings: Standings
  /** for `/healthz`; absent without a chain */
  readonly chainState?: () => ChainState
  readonly verify: CheckSignatures
  /** signs a message with our hotkey: 64 bytes */
  readonly sign: (message: Uint8Array) => Uint8Array
  readonly onHookFailed: OnHookFailed
  /** how many requests are answered at once, and how many may wait */
  readonly concurrency: number
  readonly queue: number
  /** bytes */
  readonly maxBody: number
  readonly maxTimeoutMs: number
  /** how long before the caller's time-out an answer is due; at most a tenth of the time-out */
  readonly marginMs: number
  /** whether an answer is cut at the deadline, where the dialect allows it */
  readonly mayCut: boolean
  /** receives unexpected errors outside of a request, for the log */
  readonly onError: (error: unknown) => void
  /** called once, when it begins to drain or to close */
  readonly onDraining?: () => void
  /** called when the axon is closed, and no further record of a request will come */
  readonly onClosed?: () => void
  /** epoch milliseconds */
  readonly now?: () => number
  /** overrides for tests */
  readonly limits?: Partial<Limits>
}

/** Bounds that no operator has needed to set so far. */
export type Limits = {
  readonly connections: number
  readonly pendingChecks: number
  readonly noncesPerCaller: number
  readonly noncesInAll: number
  readonly headersMs: number
  readonly requestMs: number
  readonly keepAliveMs: number
  /** how long a caller may take to read a whole reply, or one piece of a stream */
  readonly writeMs: number
}

const defaults: Limits = {
  connections: 1024,
  pendingChecks: 256,
  noncesPerCaller: 100_000,
  noncesInAll: 1_000_000,
  headersMs: 10_000,
  requestMs: 30_000,
  // aiohttp, the client of every dendrite, reuses a connection that was idle for up to 15 s.
  keepAliveMs: 30_000,
  writeMs: 10_000,
}

/** How often Node checks for overdue headers and bodies. */
const CHECK_MS = 1_000

/** How long the end of the axon waits for the open requests, whose work it has aborted. */
const END_MS = 2_000

/** Bytes of all headers of a request; a dendrite sends about 1.5 kB. */
const MAX_HEADERS = 32 * 1024

export type Axon = AsyncDisposable & {
  /** identifies the axon in the records of its requests */
  readonly id: string
  readonly hotkey: string
  readonly port: number
  /** reachable from this machine */
  readonly url: string
  /** how many requests it has taken whose reply is not written yet; those that wait for a place count, too */
  readonly openRequests: number
  /** Refuses new requests and waits for the open ones. @returns false when they take longer than `ms` */
  drain(ms: number): Promise<boolean>
}

/**
 * Opens an axon: a public HTTP port that answers signed questions. Disposing it refuses the open requests with `DRAINING`,
 * cuts the open streams, and waits for their records.
 *
 * @throws {AxonError} when the port cannot be opened
 */
export async function serveAxon(options: AxonOptions): Promise<Axon> {
  const limits = { ...defaults, ...options.limits }
  const now = options.now ?? Date.now
  const { dialect } = options
  const connections = new Connections(limits.connections)
  const ending = new AbortController()
  const running = new Set<Promise<void>>()
  const { id = randomUUID() } = options
  let draining = false

  // Fastify gives the server its limits, time-outs and closing; the pipeline does the routing. So one route takes
  // every URL, and one hook takes every request before fastify looks at its method, type or body.
  const app = fastify({
    forceCloseConnections: true,
    return503OnClosing: false,
    serverFactory: handle =>
      createServer(
        {
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
      const address = plainAddress(socket.remoteAddress)
      const refusal = answerClientError(error, socket, options.wires[0])
      if (refusal) publishUnparsed({ axon: id, address, arrivedAt: now() }, refusal)
    },
  })
  app.server.maxHeadersCount = 0
  app.server.on('connection', socket => connections.add(socket))
  // A caller that waits for "100 Continue" gets it when the body is due, in `body` below.
  for (const event of ['checkContinue', 'checkExpectation'])
    app.server.on(event, (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (_, socket: Socket) =>
    refuseAndClose(new Refusal('METHOD_NOT_ALLOWED'), socket, options.wires[0]),
  )
  app.setNotFoundHandler(() => {})
  app.addHook('onRequest', (request, reply) => {
    reply.hijack()
    const taken = take(request.raw as IncomingMessage & { originalUrl: string }, reply.raw)
      .catch(error => {
        reply.raw.destroy()
        options.onError(error)
      })
      .finally(() => running.delete(taken))
    running.add(taken)
  })

  async function take(request: IncomingMessage & { originalUrl: string }, response: ServerResponse): Promise<void> {
    const { socket } = request
    const cancellation = new AbortController()
    const end = connections.begin(socket, cancellation)
    response.once('close', end)
    const exchange: Exchange = {
      head: {
        method: request.method ?? '',
        target: originForm(request.originalUrl),
        rawHeaders: request.rawHeaders,
        address: plainAddress(socket.remoteAddress),
        port: socket.remotePort ?? 0,
      },
      arrivedAt: now(),
      local: { ip: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
      body: limit => {
        if (/100-continue/i.test(request.headers.expect ?? '')) response.writeContinue()
        return readBody(request, limit, cancellation.signal)
      },
      cancellation,
      stream: head => writeStream(response, head, { signal: cancellation.signal, writeMs: limits.writeMs }),
      trust: () => connections.trust(socket),
    }
    const reply = await servingAxon.run(id, () =>
      questionSignal.run(cancellation.signal, () => pipeline(context, exchange)),
    )
    if (reply) writeReply(request, response, reply, limits.writeMs)
    else if (!response.writableFinished) cutOff(response)
  }

  const context: AxonContext = {
    axon: id,
    hotkey: options.hotkey,
    wires: options.wires,
    dialect: {
      name: dialect.name,
      routes: new Map([['Synapse', ping], ...Object.entries(dialect.synapses)]),
      plain: new Map(Object.entries(dialect.routes ?? {})),
    },
    rules: options.rules,
    standings: options.standings,
    verification: {
      receiver: options.hotkey,
      checks: new SignatureQueue({ verify: options.verify, limit: limits.pendingChecks }),
      rising: dialect.nonces === 'rising' ? { known: new RisingNonces(), strangers: new RisingNonces() } : null,
      nonces: new SpentNonces({ startedAtMs: now(), perCaller: limits.noncesPerCaller, inAll: limits.noncesInAll }),
      now,
    },
    scheduler: new Scheduler(options),
    miner: options.miner,
    minerName: options.minerName,
    onHookFailed: options.onHookFailed,
    rateLimiters: { hotkeys: new RateLimiter(now), addresses: new RateLimiter(now) },
    states: { admitted: new CallerState(now), strangers: new CallerState(now) },
    sign: signJson(options.sign),
    fetch: boundedFetch(ending.signal),
    maxBody: options.maxBody,
    maxTimeoutMs: options.maxTimeoutMs,
    marginMs: options.marginMs,
    mayCut: options.mayCut,
    isDraining: () => draining,
    chainState: options.chainState,
    now,
  }

  function refuseNew(): void {
    if (draining) return
    draining = true
    options.onDraining?.()
  }

  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    refuseNew()
    connections.abortAll(new Refusal('DRAINING', '', { headers: [['connection', 'close']] }))
    await withTimeout(Promise.all(running), END_MS).catch(() => {}) // each has its own catch, so only the time can run out
    await app.close()
    ending.abort()
    options.onClosed?.()
  }

  const port = await listen(app, options).catch(async error => {
    await app.close()
    throw error
  })
  app.server.on('error', options.onError)

  return {
    id,
    hotkey: options.hotkey,
    port,
    url: reachableUrl(options.host, port),
    get openRequests() {
      return connections.openRequests
    },
    async drain(ms) {
      refuseNew()
      return withTimeout(connections.drained(), ms).then(
        () => true,
        () => false,
      )
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

/** Publishes the refusal of input that Node cannot parse as a request. */
function publishUnparsed(known: { axon: string; address: string; arrivedAt: number }, refusal: Refusal): void {
  const { status, code, message: reason } = refusal
  const request = { ...known, id: randomUUID(), synapse: '', claimed: null, hotkey: null, ms: 0 }
  publish('refused', () => ({ ...request, status, code, reason }))
}

/**
 * Returns the path and query of a request target. Clients send proxies the absolute form, `http://host/path`, which a
 * server has to take, too (RFC 9112 §3.2.2). Signatures do not cover the target.
 */
function originForm(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '')
  return path === target || path.startsWith('/') ? path : `/${path}`
}

/** A dual-stack socket shows IPv4 callers as `::ffff:1.2.3.4`. */
function plainAddress(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
