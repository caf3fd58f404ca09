import { randomUUID } from 'node:crypto'
import { mapParallel } from '../../async/map-parallel.js'
import type { DendriteReply } from '../../dendrite/create-dendrite.js'
import type { ReplyExplanation } from '../../dendrite/explain.js'
import type { StatusLine } from '../output/status-line.js'
import { listenForInterrupt } from '../process/interrupt.js'
import type { Repeats } from './repeat-flags.js'
import { ReplyTally, type TallySummary } from './reply-tally.js'
import { tallyProgress } from './tally-progress.js'

type Asking = {
  /** asks once, as the caller of this UUID; rejects when the signal aborts */
  readonly ask: (how: { readonly uuid: string; readonly signal: AbortSignal }) => Promise<DendriteReply>
  /** what a reply means; null for an answer */
  readonly explain: (reply: DendriteReply) => ReplyExplanation | null
  readonly isStream: boolean
  /** aborts when the program ends */
  readonly ending: AbortSignal
  /** shows the progress */
  readonly status: StatusLine
}

/** The result, and how the program ends. */
export type RepeatedQuestion = {
  readonly summary: TallySummary
  /** 0 when every question was answered, 1 when one was not, 130 or 143 when a signal stopped the asking */
  readonly exit: number
}

/**
 * Asks the same question many times. The first SIGINT or SIGTERM stops it, and aborts the questions that still wait for a
 * reply, which the result leaves out.
 *
 * @throws whatever `ask` throws, but for the abort
 */
export async function repeatQuestion(
  { count, concurrency }: Repeats,
  { ask, explain, isStream, ending, status }: Asking,
): Promise<RepeatedQuestion> {
  const tally = new ReplyTally({ isStream })
  using interrupt = listenForInterrupt(ending)
  using _progress = status.show(room => tallyProgress(tally, { count, room }))
  const { signal } = interrupt
  // An axon of the SDK refuses questions of one UUID that arrive in another order than they were signed
  // (opentensor/bittensor bittensor/core/axon.py default_verify), so a UUID never has two of them on the way.
  const idle = Array.from({ length: Math.min(concurrency, count) }, () => randomUUID())
  const askOnce = async () => {
    signal.throwIfAborted()
    const uuid = idle.pop()!
    const reply = await ask({ uuid, signal })
    idle.push(uuid)
    tally.add(reply, explain(reply))
  }
  const startedAt = performance.now()
  try {
    await mapParallel(Array.from({ length: count }), concurrency, askOnce)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  const ms = performance.now() - startedAt
  return {
    summary: tally.summary({ count, concurrency, ms }),
    exit: interrupt.exitCode() ?? (tally.answered < count ? 1 : 0),
  }
}
