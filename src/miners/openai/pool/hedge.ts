import { linkedController } from '../../../async/abortable.js'
import { TimeoutError, withTimeout } from '../../../async/timeout.js'
import type { Outcome } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'

type Speech<Given> = AsyncGenerator<Given, Outcome>
type Ask<Given> = (signal: AbortSignal, onToken: () => void) => Speech<Given>

/**
 * Asks, and once more when there is no token after `afterMs`: whoever speaks first is listened to, the other is aborted
 * at once. A model that thinks is no reason to ask another. That one of them fails does not end the other.
 *
 * @param ask called at most twice; what it gives must end when its signal aborts. It calls `onToken` when a model begins
 *   to think.
 * @throws what both of them throw, of the first; what the only one throws; the signal's reason
 */
export async function* hedge<Given>(
  { afterMs, signal }: { readonly afterMs: number; readonly signal: AbortSignal },
  ask: Ask<Given>,
): Speech<Given> {
  const runs = [begin(ask, signal)]
  try {
    if (!(await settlesWithin(runs[0]!.heard, afterMs))) runs.push(begin(ask, signal))
    const winner = await firstToSpeak(runs)
    for (const run of runs) if (run !== winner) run.end()
    const step = await winner.begun
    if (step.done) return step.value
    yield step.value
    return yield* winner.speech
  } finally {
    for (const run of runs) run.end()
  }
}

type Run<Given> = {
  readonly speech: Speech<Given>
  /** its first word, or its end */
  readonly begun: ReturnType<Speech<Given>['next']>
  /** settles then, or with its first thought */
  readonly heard: Promise<void>
  end(): void
}

function begin<Given>(ask: Ask<Given>, signal: AbortSignal): Run<Given> {
  const losing = linkedController(signal)
  const { promise: token, resolve: onToken } = Promise.withResolvers<void>()
  const speech = ask(losing.signal, onToken)
  const begun = speech.next()
  // That it failed is heard by whoever waits for `begun`, if anybody still does.
  const over = begun.then(
    () => {},
    () => {},
  )
  const end = () => {
    losing.abort(new NoAnswer('upstream', 'another one spoke first', { code: 'HEDGE_LOST' }))
    losing[Symbol.dispose]()
    speech.return({ model: '', finishReason: '' }).catch(() => {})
  }
  return { speech, begun, heard: Promise.race([over, token]), end }
}

async function firstToSpeak<Given>(runs: readonly Run<Given>[]): Promise<Run<Given>> {
  try {
    return await Promise.any(runs.map(run => run.begun.then(() => run)))
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
