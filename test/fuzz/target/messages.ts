import type { Question } from '#dist/plugin/miner.js'

/** What the target's process reports. */
export type FromTarget =
  /** the port of each axon, by dialect */
  | { readonly kind: 'ready'; readonly ports: Readonly<Record<string, number>> }
  | { readonly kind: 'asked'; readonly question: AskedQuestion }
  /** an error that no caller may cause */
  | { readonly kind: 'error'; readonly text: string }
  /** several times a second: it is not stuck; milliseconds, and megabytes */
  | { readonly kind: 'alive'; readonly delayMs: number; readonly rss: number }

/** A question that a miner was asked. */
export type AskedQuestion = {
  readonly dialect: string
  /** the hotkey that the axon took for its caller; null on a route that takes unsigned calls */
  readonly caller: string | null
  readonly messages: readonly (readonly [role: string, content: string])[]
  readonly model: string | null
  readonly maxTokens: number | null
  readonly logprobs: boolean
}

export function askedQuestion(dialect: string, question: Question, caller: string | undefined): AskedQuestion {
  return {
    dialect,
    caller: caller ?? null,
    messages: question.messages.map(({ role, content }) => [role, content] as const),
    model: question.model ?? null,
    maxTokens: question.maxTokens ?? null,
    logprobs: question.logprobs !== undefined,
  }
}
