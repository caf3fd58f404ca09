import type { Outcome } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'

type Speech = AsyncGenerator<string, Outcome>

/**
 * Asks, and once more when there is no word after `afterMs`: whoever speaks first is listened to, the other is aborted
 * at once. That one of them fails does not end the other.
 *
 * @param ask called at most twice; what it gives must end when its signal aborts
 * @throws what both of them throw, of the first; what the only one throws; the signal's reason
 */
export async function* hedge(
  { afterMs, signal }: { readonly afterMs: number; readonly signal: AbortSignal },
  ask: (signal: AbortSignal) => Speech,
): Speech {
  const runs = [begin(ask, signal)]
  try {
    if (!(await settlesWithin(runs[0]!.begun, afterMs))) runs.push(begin(ask, signal))
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

type Run = { readonly speech: Speech; readonly begun: ReturnType<Speech['next']>; end(): void }

function begin(ask: (signal: AbortSignal) => Speech, signal: AbortSignal): Run {
  const losing = new AbortController()
  const speech = ask(AbortSignal.any([signal, losing.signal]))
  const begun = speech.next()
  begun.catch(() => {}) // it is heard by whoever waits for it, if anybody still does
  const end = () => {
    losing.abort(new NoAnswer('upstream', 'another one spoke first', { code: 'HEDGE_LOST' }))
    speech.return({ model: '', finishReason: '' }).catch(() => {})
  }
  return { speech, begun, end }
}

async function firstToSpeak(runs: readonly Run[]): Promise<Run> {
  try {
    return await Promise.any(runs.map(run => run.begun.then(() => run)))
  } catch (all) {
    throw (all as AggregateError).errors[0]
  }
}

/** Also when it rejects. */
async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), ms)
  const settled = () => true
  try {
    return await Promise.race([promise.then(settled, settled), late])
  } finally {
    clearTimeout(timer)
  }
}
