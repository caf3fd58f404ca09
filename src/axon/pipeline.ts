import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { CANCELLED } from '../async/abortable.js'
import type { Caller, Route, Sign } from '../plugin/dialect.js'
import type { Miner } from '../plugin/miner.js'
import { abortablePlugin } from '../plugin/run/abandon.js'
import { contractError } from '../plugin/run/contract-error.js'
import { readStream } from '../plugin/run/read-stream.js'
import type { ScreenRule } from '../plugin/screen-rule.js'
import { Refusal } from '../wires/refusal.js'
import type { Claim, Reply, Served, Wire } from '../wires/wire.js'
import { frames, textFrames } from './answer/frames.js'
import { MinerSession } from './answer/miner-session.js'
import { answerPlain, type NamedPlainRoute, PLAIN_MS, type PlainRoutes, plainRouteOf } from './answer/plain-route.js'
import { Deadline } from './deadline.js'
import { type AnswerProgress, publish, type RequestRecord } from './events.js'
import { ClientDisconnected, type Exchange, type ReplyStream } from './exchange.js'
import { healthReply, isHealthCheck } from './http/health.js'
import { accept, type OnHookFailed, priorityOf } from './stages/accept.js'
import { charge, type RateLimiters } from './stages/charge.js'
import { matchRoute, type Routes, wireOf } from './stages/match.js'
import { read } from './stages/read.js'
import { toRefusal } from './stages/refuse.js'
import { screen } from './stages/screen.js'
import { type SignedCall, type Verification, verify } from './stages/verify.js'
import type { CallerState } from './state/caller-state.js'
import { addressKey } from './state/rate-limiter.js'
import type { Scheduler } from './state/scheduler.js'

/** All that a request meets on its way. */
export type AxonContext = {
  /** names this axon in records */
  readonly axon: string
  readonly wires: readonly [Wire, ...Wire[]]
  readonly dialect: { readonly name: string; readonly routes: Routes; readonly plain: PlainRoutes }
  readonly rules: readonly ScreenRule[]
  readonly verifier: Verification
  readonly rates: RateLimiters
  readonly scheduler: Scheduler
  readonly miner: Miner
  readonly minerName: string
  readonly onHookFailed: OnHookFailed
  /** Apart: however many strangers come, nothing of the others is forgotten for them. */
  readonly states: { readonly admitted: CallerState; readonly strangers: CallerState }
  readonly sign: Sign
  readonly fetch: typeof fetch
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
export async function pipeline(axon: AxonContext, exchange: Exchange): Promise<Reply | null> {
  const { head, cancellation, arrivedAt } = exchange
  const { now, receiver } = axon.verifier
  if (isHealthCheck(head)) return healthReply(axon.draining())

  const id = randomUUID()
  const wire = wireOf(head, axon.wires)
  let claim: Claim | null = null
  let plain: NamedPlainRoute | null = null
  let route: Route | null = null
  let call: SignedCall | null = null
  let seconds = ''
  let started = false
  let asking: MinerSession | null = null
  let stream: ReplyStream | null = null

  const record = (): RequestRecord => ({
    axon: axon.axon,
    id,
    address: head.address,
    synapse: claim?.synapse ?? plain?.name ?? '',
    claimed: claim?.hotkey ?? null,
    hotkey: call?.hotkey ?? null,
    arrivedAt,
    ms: now() - arrivedAt,
  })
  const spoken = (): AnswerProgress => ({ ...(stream && { pieces: stream.pieces }), ...asking?.went })
  const limit = (timeoutMs: number | null, how: { maxMs: number; marginMs: number }) =>
    new Deadline({ arrivedAt, timeoutMs, ...how, now: now(), cancellation })
  const served = (processMs: number): Served => ({ hotkey: receiver, ...exchange.local, processMs })

  try {
    if (axon.draining()) throw new Refusal('DRAINING', '', { headers: [['connection', 'close']] })
    plain = plainRouteOf(head, axon.dialect.plain)
    if (plain) {
      using deadline = limit(PLAIN_MS, { maxMs: PLAIN_MS, marginMs: 0 })
      seconds = deadline.seconds
      const reply = await answerPlain(plain, exchange, { ...axon, deadline })
      publish('answered', () => ({ ...record(), status: reply.status }))
      return reply
    }
    route = matchRoute(head, wire, axon.dialect.routes)
    claim = wire.claim(head)
    using deadline = limit(timeoutOf(claim, route), { maxMs: axon.maxTimeoutMs, marginMs: axon.marginMs })
    seconds = deadline.seconds

    let exempt = false
    let isStranger = true
    if (route.auth !== 'none') {
      const screened = screen(claim, axon.rules)
      if (route.rules !== false) {
        if (!screened.allow) throw new Refusal('BLACKLISTED', screened.reason)
        exempt = screened.exempt
      }
      call = await verify(axon.verifier, wire, claim, cancellation.signal)
      // Anybody has as many hotkeys as he likes: it takes one that the rules would let in not to be a stranger.
      isStranger = !screened.allow
      if (!isStranger) exchange.trust()
    }
    const caller: Caller = call ? { kind: 'signed', hotkey: call.hotkey } : { kind: 'open', address: head.address }
    const asker = { synapse: claim.synapse, hotkey: call?.hotkey ?? null, address: head.address, exempt }
    // Where the body says what a request costs, it is charged when the body is proven.
    if (!route.cost) charge(axon.rates, route, asker)
    const { tree, body } = await read(exchange, wire, claim, { route, maxBody: axon.maxBody })
    if (route.cost) charge(axon.rates, route, asker, route.cost(body))

    deadline.phase = 'DEADLINE_IN_QUEUE'
    const proven = call && { id, caller: call.hotkey, synapse: claim.synapse, body }
    if (proven && route.rules !== false) await accept(axon.miner, proven, axon.onHookFailed)
    const priority = proven && !isStranger ? await priorityOf(axon.miner, proven, axon.onHookFailed) : 0
    const { queue } = route
    using _place =
      queue === false
        ? null
        : await axon.scheduler.place(cancellation.signal, {
            priority,
            isStranger,
            ...(queue !== undefined && { queue }),
          })
    deadline.check(now())
    deadline.phase = 'DEADLINE'
    started = true
    publish('started', record)
    const startedAt = performance.now()
    const serving = () => served(performance.now() - startedAt)
    const { signal } = cancellation
    asking = new MinerSession({
      miner: axon.miner,
      asked: { id, ...(call && { caller: call.hotkey }), receiver, signal, deadline: deadline.at },
      mayCut: axon.mayCut,
      now,
      arrivedAt,
      onFirst: () => publish('firstToken', record),
    })
    const question = {
      id,
      body,
      ask: asking.ask,
      caller,
      receiver,
      signal,
      deadline: deadline.at,
      state: axon.states[isStranger ? 'strangers' : 'admitted'].of(call?.hotkey ?? addressKey(head.address)),
      sign: axon.sign,
      fetch: axon.fetch,
    }

    if (route.frames === undefined) {
      const patch = await abortablePlugin('dialect', route.answer(question), signal)
      if (!isPatch(patch))
        throw contractError(
          'dialect',
          'the dialect gave no fields to answer with',
          'return { field: value } from answer',
        )
      // Who only waits needs no place.
      _place?.[Symbol.dispose]()
      if (route.notBefore) await pause(route.notBefore - (performance.now() - startedAt), signal)
      const reply = wire.reply(claim, tree, patch, serving())
      publish('answered', () => ({ ...record(), status: reply.status, ...spoken() }))
      return reply
    }
    const said =
      route.frames === 'text'
        ? textFrames(readStream(route.answer(question), signal, 'dialect'))
        : frames(route.answer(question), route.frames, signal)
    for await (const piece of said) {
      // Nothing is sent before there are words, so what fails until then is an ordinary refusal.
      stream ??= exchange.stream(wire.stream(claim, serving()))
      await stream.write(piece)
    }
    await stream!.end()
    publish('answered', () => ({ ...record(), status: 200, ...spoken() }))
    return null
  } catch (error) {
    // What the miner was doing ends now; before the next turn it has told what it was.
    if (asking && cancellation.signal.aborted) await new Promise(setImmediate)
    if (error instanceof ClientDisconnected) {
      publish('cancelled', () => ({ ...record(), ...spoken() }))
      return null
    }
    const refusal = toRefusal(error, { id, seconds, as: route?.refusals })
    const { code, message: reason } = refusal
    const told = () => ({ ...record(), status: stream ? 200 : refusal.status, code, reason })
    if (started || code === 'INTERNAL') {
      const plugin = asking?.threw(error) ? axon.minerName : axon.dialect.name
      publish('failed', () => ({ ...told(), ...spoken(), plugin, error: refusal.cause ?? refusal }))
    } else publish('refused', told)
    return stream ? null : wire.refuse(claim, refusal, served(now() - arrivedAt))
  } finally {
    // What a dialect asked and did not wait for is for nobody.
    cancellation.abort(CANCELLED)
  }
}

/** How long the caller waits, as far as its head or its protocol says. */
function timeoutOf({ timeoutMs }: Claim, { timeout }: Route): number | null {
  return timeout === undefined ? timeoutMs : Math.min(timeoutMs ?? timeout, timeout)
}

/** Not so a list, a Map, or the generator of a dialect that forgot to say `frames`. */
function isPatch(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Object]'
}

/** A timer may come a millisecond too soon. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await setTimeout(Math.ceil(ms) + 1, undefined, { signal }).catch(() => signal.throwIfAborted())
}
