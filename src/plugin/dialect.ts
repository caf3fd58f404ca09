import type { ZodType, z } from 'zod'
import type { HashField } from '../wires/hash-field.js'
import type { Hotkey, Outcome, Piece, Question } from './miner.js'

/** A whole answer. */
export type Answer = {
  readonly text: string
  readonly outcome: Outcome
  /** the deadline cut it, at a sentence or a word */
  readonly partial: boolean
}

/** Puts questions to the miner, within the caller's deadline. No answer is ever empty. */
export type Ask = {
  /**
   * Gives the whole answer.
   *
   * @param how.partial take what there is when the deadline comes; without it there is no answer then. False unless
   *   it is said: cut JSON or a cut call of a tool is worthless.
   */
  (question: Question, how?: { readonly partial?: boolean }): Promise<Answer>
  /** Gives the answer as the miner speaks. */
  stream(question: Question): AsyncGenerator<Piece, Outcome>
}

/** One proven question of a validator. */
export type Call<Body> = {
  /** a read-only view of the request's fields, as the route's schema gives them */
  readonly body: Body
  readonly ask: Ask
  readonly caller: Hotkey
  readonly receiver: Hotkey
  readonly id: string
  readonly signal: AbortSignal
  /** epoch milliseconds */
  readonly deadline: number
}

/** Fields to set on the request's own, which is echoed as it came. */
export type Patch = Readonly<Record<string, Json>>
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One synapse: which fields it has, which of them are hashed, and how it is answered. */
export type Route<Body extends ZodType = ZodType> = {
  readonly body: Body
  /** in the order in which the SDK hashes them */
  readonly hashed: readonly HashField[]
  /** false: answered at once, without a place among those at work; for what costs nothing */
  readonly queue?: false
} & (
  | { readonly frames?: undefined; answer(call: Call<z.infer<Body>>): Promise<Patch> }
  | {
      /** the reply is a stream: `text` writes each piece as it is, in UTF-8 */
      readonly frames: 'text'
      answer(call: Call<z.infer<Body>>): AsyncGenerator<string | Piece, void>
    }
)

/** What one subnet's validators ask. */
export type DialectDefinition = {
  readonly name: string
  readonly summary: string
  /** the repository and commit whose protocol it follows */
  readonly follows: string
  readonly synapses: Readonly<Record<string, Route>>
}
