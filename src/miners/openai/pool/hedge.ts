import { CANCELLED, linkedController } from '../../../async/abortable.js'
import { TimeoutError, withTimeout } from '../../../async/timeout.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { type AnswerStream, unreadOutcome } from '../call/call.js'

type Ask<Chunk> = (signal: AbortSignal, onToken: () => void) => AnswerStream<Chunk>

/**
 * Asks, and asks a second time when no token has come after `afterMs`; the first to yield a chunk answers, and the other
 * is aborted at once. A thought counts as a token. When one of them fails, the other goes on.
 *
 * @param ask called at most twice; its stream must end when its signal aborts, and it calls `onToken` when a model begins
 *   to think
 * @throws the error of the first when both fail, or of the only one; the signal's reason
 */
export async function* hedge<Chunk>(
  { afterMs, signal }: { readonly afterMs: number; readonly signal: AbortSignal },
  ask: Ask<Chunk>,
): AnswerStream<Chunk> {
  const runs = [start(ask, signal)]
  try {
    if (!(await settlesWithin(runs[0]!.firstToken, afterMs))) runs.push(start(ask, signal))
    const winner = await firstToAnswer(runs)
    for (const run of runs) if (run !== winner) run.abort(lostHedge())
    const step = await winner.firstStep
    if (step.done) return step.value
    yield step.value
    return yield* winner.stream
  } finally {
    // A loser's signal has aborted before. The winner has not lost when its reader stops at the first chunk.
    for (const run of runs) run.abort(CANCELLED)
  }
}

type Run<Chunk> = {
  readonly stream: AnswerStream<Chunk>
  /** its first chunk, or its end */
  readonly firstStep: ReturnType<AnswerStream<Chunk>['next']>
  /** resolves with `firstStep`, whether that resolves or rejects, or with the first thought */
  readonly firstToken: Promise<void>
  abort(reason: Error): void
}

function start<Chunk>(ask: Ask<Chunk>, signal: AbortSignal): Run<Chunk> {
  const controller = linkedController(signal)
  const { promise: token, resolve: onToken } = Promise.withResolvers<void>()
  const stream = ask(controller.signal, onToken)
  const firstStep = stream.next()
  // An error reaches whoever awaits `firstStep`; here it must not become an unhandled rejection.
  const settled = firstStep.then(
    () => {},
    () => {},
  )
  const abort = (reason: Error) => {
    controller.abort(reason)
    controller[Symbol.dispose]()
    stream.return(unreadOutcome).catch(() => {})
  }
  return { stream, firstStep, firstToken: Promise.race([settled, token]), abort }
}

function lostHedge(): NoAnswer {
  return new NoAnswer('upstream', 'the other call of a hedge answered first', { code: 'HEDGE_LOST' })
}

async function firstToAnswer<Chunk>(runs: readonly Run<Chunk>[]): Promise<Run<Chunk>> {
  try {
    return await Promise.any(runs.map(run => run.firstStep.then(() => run)))
  } catch (all) {
    throw (all as AggregateError).errors[0]
  }
}

async function settlesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  try {
    await withTimeout(promise, ms)
    return true
  } catch (error) {
    if (error instanceof TimeoutError) return false
    throw error
  }
}
