import { randomUUID } from 'node:crypto'
import type { Miner } from '../plugin/miner.js'
import type { ScreenRule } from '../plugin/screen-rule.js'
import { texts } from '../plugin/texts.js'
import { until } from '../plugin/until.js'
import { Refusal } from '../wires/refusal.js'
import type { Claim, Reply, Served, Wire } from '../wires/wire.js'
import { Asking } from './asking.js'
import { publish, type RequestRecord, type Spoken } from './channels.js'
import { Deadline } from './deadline.js'
import { CallerLeft, type Exchange, type ReplyStream } from './exchange.js'
import { isHealthCheck, tellHealth } from './health.js'
import { type Routes, routeOf, wireOf } from './match.js'
import { pieces } from './pieces.js'
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
  readonly marginMs: number
  /** Is an answer that is not done at the deadline cut, where the dialect allows it? */
  readonly mayCut: boolean
  readonly draining: () => boolean
}

/**
 * The way of one request, from its head to the reply. A stage may refuse, and nothing after it runs.
 *
 * @returns null when there is no whole reply to be written: the answer was streamed, or nobody is there any more; a
 *   stream without its end is to be cut
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
  let asking: Asking | null = null
  let stream: ReplyStream | null = null

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
  const spoken = (): Spoken => ({ ...(stream && { pieces: stream.pieces }), ...asking?.went })
  const served = (processMs: number): Served => ({ hotkey: receiver, ...exchange.local, processMs })

  try {
    if (axon.draining()) throw new Refusal('DRAINING', '', { headers: [['connection', 'close']] })
    const route = routeOf(head, wire, axon.routes)
    claim = wire.claim(head)
    using deadline = new Deadline({
      arrivedAt,
      timeoutMs: claim.timeoutMs,
      maxMs: axon.maxTimeoutMs,
      marginMs: axon.marginMs,
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
    deadline.check(now())
    deadline.late = 'DEADLINE'
    started = true
    publish('started', record)
    const startedAt = performance.now()
    const serving = () => served(performance.now() - startedAt)
    const asked = { id, caller: call.hotkey, receiver, signal: listening.signal, deadline: deadline.at }
    asking = new Asking({
      miner: axon.miner,
      asked,
      mayCut: axon.mayCut,
      now,
      arrivedAt,
      onFirst: () => publish('firstToken', record),
    })
    const question = { ...asked, body: request.body, ask: asking.ask }

    if (route.frames === undefined) {
      const patch = await until(route.answer(question), listening.signal)
      const reply = wire.whole(claim, request.tree, patch, serving())
      publish('answered', () => ({ ...record(), status: reply.status, ...spoken() }))
      return reply
    }
    for await (const piece of pieces(texts(route.answer(question), listening.signal, 'dialect'))) {
      // Nothing is sent before there are words, so what fails until then is an ordinary refusal.
      stream ??= exchange.stream(wire.stream(claim, serving()))
      await stream.write(piece)
    }
    await stream!.end()
    publish('answered', () => ({ ...record(), status: 200, ...spoken() }))
    return null
  } catch (error) {
    // What the miner was doing ends now; before the next turn it has told what it was.
    if (asking && listening.signal.aborted) await new Promise(setImmediate)
    if (error instanceof CallerLeft) {
      publish('cancelled', () => ({ ...record(), ...spoken() }))
      return null
    }
    const refusal = refusalOf(error, { id, seconds })
    const { code, message: reason } = refusal
    const told = () => ({ ...record(), status: stream ? 200 : refusal.status, code, reason })
    if (started || code === 'INTERNAL')
      publish('failed', () => ({ ...told(), ...spoken(), error: refusal.cause ?? refusal }))
    else publish('refused', told)
    return stream ? null : wire.refuse(claim, refusal, served(now() - arrivedAt))
  } finally {
    // What a dialect asked and did not wait for is for nobody.
    listening.abort(DONE)
  }
}

const DONE = new DOMException('the request is done', 'AbortError')
