import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { withTimeout } from '../async/timeout.js'
import { servingAxon } from '../plugin/run/abandon.js'
import { questionSignal } from '../plugin/run/bounded-fetch.js'
import type { StoreState } from '../store/nonce-store.js'
import { Refusal } from '../wires/refusal.js'
import { publish } from './events.js'
import { Connections } from './http/connections.js'
import { listen, reachableUrl } from './http/listen.js'
import { openExchange } from './http/open-exchange.js'
import { openServer, type RawRequest } from './http/open-server.js'
import { BodyReader } from './http/read-body.js'
import { plainAddress, TrustedProxies } from './http/trusted-proxies.js'
import { writeReply } from './http/write-reply.js'
import { cutOff } from './http/write-stream.js'
import { defaultAxonLimits } from './limits.js'
import type { AxonLoad } from './load.js'
import { openContext } from './open-context.js'
import type { AxonOptions } from './options.js'
import { pipeline } from './pipeline.js'
import { type RateLeft, rateLeft, ratesLeft } from './stages/charge.js'
import { overloadOf } from './stages/shed.js'
import { BodyBudget } from './state/body-budget.js'
import type { ClaimCounts } from './state/claim-counts.js'

export type Axon = AsyncDisposable & {
  /** identifies the axon in the records of its requests */
  readonly id: string
  readonly hotkey: string
  readonly port: number
  /** reachable from this machine */
  readonly url: string
  /** whether it refuses new requests, because it is about to close */
  readonly isDraining: boolean
  /** how many requests it has taken whose reply is not written yet; those that wait for a place count, too */
  readonly openRequests: number
  /**
   * How many requests the operator's rate leaves a hotkey that is not a stranger now, often a fraction; null when it has no rate.
   * The operator allows an exempt hotkey by name.
   */
  rateLeft(caller: { readonly hotkey: string; readonly isExempt: boolean }): number | null
  /** What the operator's rates leave the hotkeys that have used some of theirs. */
  ratesLeft(): readonly RateLeft[]
  /** What the callers share of it at this moment. */
  load(): AxonLoad
  /** How its store of nonces does. */
  storeState(): StoreState
  /** claims of hotkeys, against what was verified of them */
  readonly claims: ClaimCounts
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
  const { id = randomUUID(), now = Date.now } = options
  const limits = { ...defaultAxonLimits, ...options.limits }
  const connections = new Connections({ limit: limits.connections, trustMs: limits.trustMs, now })
  const budget = new BodyBudget(limits.bodyBytes)
  const proxies = new TrustedProxies(options.trustedProxies ?? [], options.onProxyProblem)
  const bodies = new BodyReader(budget, { bytesPerSecond: limits.bodyBytesPerSecond, windowMs: limits.bodyWindowMs })
  const running = new Set<Promise<void>>()
  const ending = new AbortController()
  let draining = false
  const context = openContext(options, {
    id,
    limits,
    now,
    isDraining: () => draining,
    isTrustedProxy: address => proxies.has(address),
    ended: ending.signal,
  })
  const unsubscribe = options.policy.subscribe(() => {
    for (const limiter of Object.values(context.callerRates)) limiter.endRates()
  })
  function release(): void {
    unsubscribe()
    ending.abort()
    context.waiting[Symbol.dispose]()
  }

  async function answer(request: RawRequest, response: ServerResponse): Promise<void> {
    const how = { connections, bodies, proxies, writeMs: limits.writeMs, arrivedAt: now() }
    const exchange = openExchange(request, response, how)
    const reply = await servingAxon.run(id, () =>
      questionSignal.run(exchange.cancellation.signal, () => pipeline(context, exchange)),
    )
    if (reply) writeReply(request, response, reply, limits.writeMs)
    else if (!response.writableFinished) cutOff(response)
  }

  function take(request: RawRequest, response: ServerResponse): void {
    const taken = answer(request, response)
      .catch(error => {
        response.destroy()
        options.onError(error)
      })
      .finally(() => running.delete(taken))
    running.add(taken)
  }

  function refuseNew(): void {
    if (draining) return
    draining = true
    options.onDraining?.()
  }

  const app = openServer({
    limits,
    connections,
    proxies,
    wire: options.wires[0],
    take,
    onUnparsed: (refusal, socket) => publishUnparsed(refusal, socket, { axon: id, arrivedAt: now() }),
  })

  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    refuseNew()
    connections.abortAll(new Refusal('DRAINING', '', { headers: [['connection', 'close']] }))
    await withTimeout(Promise.all(running), END_MS).catch(() => {}) // each has its own catch, so only the time can run out
    await app.close()
    release()
    options.onClosed?.()
  }

  const port = await listen(app, options).catch(async error => {
    release()
    await app.close()
    throw error
  })
  app.server.on('error', options.onError)

  return {
    id,
    hotkey: options.hotkey,
    port,
    url: reachableUrl(options.host, port),
    get isDraining() {
      return draining
    },
    get openRequests() {
      return connections.openRequests
    },
    claims: context.verification.claims,
    rateLeft: caller => rateLeft(context.callerRates, context.policy.current, caller),
    ratesLeft: () => ratesLeft(context.callerRates, context.policy.current),
    load: () => ({
      connections: connections.load(),
      bodies: budget.load(),
      checks: context.verification.checks.load(),
      places: { ...context.scheduler.load(), of: options.concurrency, queue: options.queue },
      nonces: { remembered: context.verification.nonces.size, of: limits.noncesInAll },
      failedProofs: context.verification.failedProofs.load(),
      overload: overloadOf(context),
    }),
    storeState: () => context.verification.nonces.state,
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

/** How long the end of the axon waits for the open requests, whose work it has aborted. */
const END_MS = 2_000

/** Publishes the refusal of input that Node cannot parse as a request. */
function publishUnparsed(refusal: Refusal, socket: Socket, known: { axon: string; arrivedAt: number }): void {
  const { status, code, message: reason } = refusal
  const request = { ...known, id: randomUUID(), synapse: '', claimed: null, hotkey: null, ms: 0 }
  const address = plainAddress(socket.remoteAddress)
  publish('refused', () => ({ ...request, address, times: { done: 0 }, status, code, reason }))
}
