import type { Attempt, Outcome } from '../miner.js'
import type { Usage } from '../money/spending.js'

/** What the last record of a request tells of its answers. */
export type Answered = { readonly attempts?: readonly Attempt[]; readonly outcome?: Outcome }

/** An attempt that a request pays for. */
export type PaidAttempt = {
  /** null: the miner tells none */
  readonly endpoint: string | null
  readonly model: string
  /** undefined: unknown */
  readonly usage: Usage | undefined
}

/**
 * Returns the attempts that a request pays for: of all its questions, with those that failed, but without those that another
 * question pays for. The answer of a miner that reports no attempts counts as one.
 *
 * @returns null when the record tells of no answer, not even a failed one
 */
export function paidAttempts({ outcome, attempts = outcome?.attempts }: Answered): readonly PaidAttempt[] | null {
  if (!attempts) return outcome ? [{ endpoint: null, model: outcome.model, usage: outcome.usage }] : null
  const answering = attempts.findLast(({ error }) => error === undefined)
  return attempts
    .filter(({ isShared }) => !isShared)
    .map(attempt => {
      // Some miners tell the tokens of an answer only at its end.
      const usage = attempt.usage ?? (attempt === answering ? outcome?.usage : undefined)
      return { endpoint: attempt.endpoint, model: attempt.model, usage }
    })
}

/** Returns a count of tokens; 0 where none was reported. A plugin may report any number. */
export function wholeTokens(tokens: number | undefined): number {
  return Number.isSafeInteger(tokens) && tokens! >= 0 && tokens! < 1e12 ? tokens! : 0
}
