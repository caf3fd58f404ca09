import type { ZodType, z } from 'zod'
import type { HashField } from '../wires/hash-field.js'
import type { Hotkey, Outcome, Question } from './miner.js'

/** A whole answer. */
export type Answer = { readonly text: string; readonly outcome: Outcome }

/** Puts a question to the miner, within the caller's deadline, and gives the whole answer; it is never empty. */
export type Ask = (question: Question) => Promise<Answer>

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
  answer(call: Call<z.infer<Body>>): Promise<Patch>
}

/** What one subnet's validators ask. */
export type DialectDefinition = {
  readonly name: string
  readonly summary: string
  /** the repository and commit whose protocol it follows */
  readonly follows: string
  readonly synapses: Readonly<Record<string, Route>>
}
