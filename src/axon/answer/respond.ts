import { setTimeout } from 'node:timers/promises'
import type { Patch } from '../../plugin/dialect.js'
import { abortablePlugin } from '../../plugin/run/abandon.js'
import { contractError } from '../../plugin/run/contract-error.js'
import { readStream } from '../../plugin/run/read-stream.js'
import type { Reply, Wire } from '../../wires/wire.js'
import type { AxonContext } from '../context.js'
import type { Deadline } from '../deadline.js'
import type { Exchange } from '../exchange.js'
import type { RequestTrace } from '../request-trace.js'
import type { Request } from '../stages/read.js'
import { callerOf } from '../stages/schedule.js'
import { addressKey } from '../state/rate-limiter.js'
import type { Place } from '../state/scheduler.js'
import { frames, textFrames } from './frames.js'
import { MinerSession } from './miner-session.js'

type Scheduled = {
  readonly wire: Wire
  readonly request: Request
  /** null on a route that takes none */
  readonly place: Place | null
  readonly deadline: Deadline
  readonly trace: RequestTrace
}

/**
 * Asks the dialect, and answers whole or as a stream, as its route says.
 *
 * @returns null when the answer was streamed
 * @throws the signal's reason · whatever the dialect or the miner throws
 */
export async function respond(
  axon: AxonContext,
  exchange: Exchange,
  { wire, request, place, deadline, trace }: Scheduled,
): Promise<Reply | null> {
  const { call, tree, body } = request
  const { claim, route, hotkey } = call
  const { address } = exchange.head
  const { signal } = exchange.cancellation
  trace.started()
  const startedAt = performance.now()
  let hasFirst = false
  const onFirst = () => {
    // A dialect may ask more than once: its second question begins when the first is answered.
    if (!hasFirst) axon.firstWords.add(route, callerOf(call, exchange.network), performance.now() - startedAt)
    hasFirst = true
    trace.firstToken()
  }
  const session = new MinerSession({
    miner: axon.miner,
    asked: {
      id: trace.id,
      ...(hotkey !== null && { caller: hotkey }),
      receiver: axon.hotkey,
      signal,
      deadline: deadline.at,
    },
    mayCut: axon.mayCut,
    now: axon.now,
    axon: axon.axon,
    onFirst,
  })
  const question = {
    id: trace.id,
    body,
    ask: trace.asking(session).ask,
    caller: hotkey === null ? { kind: 'open' as const, address } : { kind: 'signed' as const, hotkey },
    receiver: axon.hotkey,
    signal,
    deadline: deadline.at,
    state: axon.states[call.isStranger ? 'strangers' : 'admitted'].of(hotkey ?? addressKey(address)),
    sign: axon.sign,
    fetch: axon.fetch,
  }
  const served = () => trace.served(performance.now() - startedAt)

  if (route.frames === undefined) {
    const patch = requirePatch(await abortablePlugin('dialect', route.answer(question), signal))
    place?.[Symbol.dispose]() // early: only the delay of `notBefore` remains
    if (route.notBefore) await pause(route.notBefore - (performance.now() - startedAt), signal)
    return trace.answered(wire.reply(claim, tree, patch, served()))
  }

  const pieces =
    route.frames === 'text'
      ? textFrames(readStream(route.answer(question), signal, 'dialect'))
      : frames(route.answer(question), route.frames, signal)
  let stream = null
  for await (const piece of pieces) {
    // The head goes out with the first piece, so an error before it is an ordinary refusal.
    stream ??= trace.streaming(wire.stream(claim, served()))
    await stream.write(piece)
  }
  await stream!.end()
  return trace.streamed()
}

/** A list, a Map, or the generator of a dialect that forgot to say `frames` is not a patch. */
function requirePatch(value: unknown): Patch {
  if (Object.prototype.toString.call(value) === '[object Object]') return value as Patch
  throw contractError('dialect', 'the dialect gave no fields to answer with', 'return { field: value } from answer')
}

/** Waits at least `ms` milliseconds; a timer may fire one too early. A delay, so neither `withTimeout` nor `timeoutSignal`. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await setTimeout(Math.ceil(ms) + 1, undefined, { signal }).catch(() => signal.throwIfAborted())
}
