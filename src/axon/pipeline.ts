import { randomUUID } from 'node:crypto'
import type { Miner } from '../plugin/miner.js'
import type { ScreenRule } from '../plugin/screen-rule.js'
import { Refusal } from '../wires/refusal.js'
import type { Claim, Reply, Served, Wire } from '../wires/wire.js'
import { answer } from './answer.js'
import { publish, type RequestRecord } from './channels.js'
import { Deadline } from './deadline.js'
import { CallerLeft, type Exchange } from './exchange.js'
import { isHealthCheck, tellHealth } from './health.js'
import { type Routes, routeOf, wireOf } from './match.js'
import { read } from './read.js'
import { refusalOf } from './refusal-of.js'
import type { Scheduler } from './scheduler.js'
import { screen } from './screen.js'
import { type SignedCall, type Verifier, verify } from './verify.js'

/** All that a request meets on its way. */
export type Stations = {
  /** names this axon in records */
  readonly axon: string
  readonly wires: readonly [Wire, ...Wire[]]
  readonly routes: Routes
  readonly rules: readonly ScreenRule[]
  readonly verifier: Verifier
  readonly scheduler: Scheduler
  readonly miner: Miner
  readonly maxBody: number
  readonly maxTimeoutMs: number
  readonly draining: () => boolean
}

/**
 * The way of one request, from its head to the reply. A stage may refuse, and nothing after it runs.
 *
 * @returns null when the caller has left and nobody wants a reply
 */
export async function pipeline(axon: Stations, exchange: Exchange): Promise<Reply | null> {
  const { head, listening, arrivedAt } = exchange
  const { now, receiver } = axon.verifier
  if (isHealthCheck(head)) return tellHealth(axon.draining())

  const id = randomUUID()
  const wire = wireOf(head, axon.wires)
  let claim: Claim | null = null
  let call: SignedCall | null = null
  let seconds = ''
  let started = false

  const record = (): RequestRecord => ({
    axon: axon.axon,
    id,
    address: head.address,
    synapse: claim?.synapse ?? '',
    claimed: claim?.hotkey ?? null,
    hotkey: call?.hotkey ?? null,
    arrivedAt,
    ms: now() - arrivedAt,
  })
  const served = (processMs: number): Served => ({ hotkey: receiver, ...exchange.local, processMs })

  try {
    if (axon.draining()) throw new Refusal('DRAINING', '', { headers: [['connection', 'close']] })
    const route = routeOf(head, wire, axon.routes)
    claim = wire.claim(head)
    using deadline = new Deadline({
      arrivedAt,
      timeoutMs: claim.timeoutMs,
      maxMs: axon.maxTimeoutMs,
      now: now(),
      listening,
    })
    seconds = deadline.seconds
    screen(claim, axon.rules)
    call = await verify(axon.verifier, wire, claim, listening.signal)
    exchange.trust()
    const request = await read(exchange, wire, call, { route, maxBody: axon.maxBody })

    deadline.late = 'DEADLINE_IN_QUEUE'
    using _place = route.queue === false ? null : await axon.scheduler.place(listening.signal)
    deadline.late = 'DEADLINE'
    started = true
    publish('started', record)
    const startedAt = performance.now()
    const { patch, outcome } = await answer(request, {
      route,
      miner: axon.miner,
      asked: { id, caller: call.hotkey, receiver, signal: listening.signal, deadline: deadline.at },
      onFirst: () => publish('firstToken', record),
    })
    const reply = wire.whole(claim, request.tree, patch, served(performance.now() - startedAt))
    publish('answered', () => ({ ...record(), status: reply.status, outcome }))
    return reply
  } catch (error) {
    if (error instanceof CallerLeft) {
      publish('cancelled', record)
      return null
    }
    const refusal = refusalOf(error, { id, seconds })
    const refused = () => ({ ...record(), status: refusal.status, code: refusal.code, reason: refusal.message })
    if (started || refusal.code === 'INTERNAL')
      publish('failed', () => ({ ...refused(), error: refusal.cause ?? refusal }))
    else publish('refused', refused)
    return wire.refuse(claim, refusal, served(now() - arrivedAt))
  }
}
