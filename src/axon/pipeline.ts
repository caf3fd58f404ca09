import { CANCELLED } from '../async/abortable.js'
import { Refusal } from '../wires/refusal.js'
import type { Reply } from '../wires/wire.js'
import { answerPlain, PLAIN_MS, plainRouteOf } from './answer/plain-route.js'
import { respond } from './answer/respond.js'
import type { AxonContext } from './context.js'
import { requestDeadline } from './deadline.js'
import type { Exchange } from './exchange.js'
import { healthReply, isHealthCheck, storeHealth } from './http/health.js'
import { RequestTrace } from './request-trace.js'
import { accept } from './stages/accept.js'
import { charge, chargeCaller } from './stages/charge.js'
import { matchRoute, wireOf } from './stages/match.js'
import { read } from './stages/read.js'
import { schedule } from './stages/schedule.js'
import { refusalOfAdmitted, screen } from './stages/screen.js'
import { overloadOf, shed, shedPlain } from './stages/shed.js'
import { verify } from './stages/verify.js'

/**
 * Takes one request from its head to the reply. Each stage may refuse, and no later stage runs then. docs/lifecycle.md
 * has the same table in words.
 *
 * @returns null when no whole reply is left to write: the answer was streamed, or the caller disconnected. A stream
 *   without its end must be cut off.
 */
export async function pipeline(axon: AxonContext, exchange: Exchange): Promise<Reply | null> {
  const { head, cancellation } = exchange
  const { signal } = cancellation
  const policy = axon.policy.current
  if (isHealthCheck(head))
    return healthReply(axon.isDraining(), {
      chain: axon.chainState?.(),
      store: storeHealth(axon.verification.nonces.state, axon.now()),
      overload: overloadOf(axon),
    })

  const wire = wireOf(head, axon.wires)
  const trace = new RequestTrace(axon, exchange, wire)
  try {
    if (axon.isDraining()) throw new Refusal('DRAINING', '', { headers: [['connection', 'close']] })
    const plain = plainRouteOf(head, axon.dialect.plain)
    if (plain) {
      shedPlain(axon, head)
      using deadline = trace.deadline(plain.name, { timeoutMs: PLAIN_MS, maxMs: PLAIN_MS, marginMs: 0 })
      return trace.answered(await answerPlain(plain, exchange, { ...axon, deadline }))
    }

    const route = matchRoute(head, wire, axon.dialect.routes)
    const claim = trace.matched(route).claimed(wire.claim(head))
    using deadline = trace.deadline(claim.synapse, requestDeadline(claim, route, axon))
    const screened = screen(claim, { rules: policy.rules, standings: axon.standings }, route)
    shed(axon, screened, route)
    const { address } = head
    const { network, hasProven } = exchange
    const onProven = (hotkey: string, at: number) => trace.proven(hotkey, at)
    const unverified = { wire, claim, route, screened, address, network, hasProven, onProven, signal }
    const call = await verify(axon.verification, unverified)
    const known = call.isStranger ? null : call.hotkey
    if (known !== null) exchange.prove(known)
    chargeCaller(axon.callerRates, policy, call, address)
    charge(axon.rateLimiters, call, address)
    const request = await read(exchange, wire, call, axon.maxBody)
    using part = request.part
    charge(axon.rateLimiters, call, address, request)
    deadline.phase = 'queue'
    await accept(axon, request, trace.id)
    if (known !== null && route.queue !== false) exchange.trust()
    const refusalBy = ({ rules }: typeof policy) => refusalOfAdmitted(call, rules)
    const how = { id: trace.id, network, deadline: deadline.at, signal }
    const wait = () => schedule(axon, request, how)
    using place = route.queue === false ? null : await axon.waiting.during({ policy, refusalBy, cancellation }, wait)
    deadline.check(trace.placed(axon.now()))
    deadline.phase = 'answer'
    part.pin()
    return await respond(axon, exchange, { wire, request, place, deadline, trace })
  } catch (error) {
    return await trace.failed(error)
  } finally {
    // Cancels what the dialect started and did not await.
    cancellation.abort(CANCELLED)
  }
}
