import type { ZodType, z } from 'zod'
import type { RefusalCode } from '../wires/refusal.js'
import type { HashField } from '../wires/wire.js'
import type { Json } from './json.js'
import type { Embedding, Hotkey, Logprob, Outcome, Piece, Question, Relayed, ToolCall } from './miner.js'

export type { HashField, RefusalCode }

/** A whole answer. One without words has calls of tools. */
export type Answer = {
  readonly text: string
  /** empty when the model wants none */
  readonly toolCalls: readonly ToolCall[]
  /** one for each token; empty unless the question asked for them */
  readonly logprobs: readonly Logprob[]
  readonly outcome: Outcome
  /** the deadline cut it, at a sentence or a word */
  readonly partial: boolean
}

/** How long an answer may take, where a dialect asks more than once for one request. */
export type AskHow = {
  /** epoch milliseconds; the request's own deadline when that comes first */
  readonly until?: number
}

/** Puts questions to the miner, within the caller's deadline. No answer is ever empty. */
export type Ask = {
  /**
   * Gives the whole answer.
   *
   * @param how.partial take what there is when the deadline comes; without it there is no answer then. False unless
   *   it is said: cut JSON or a cut call of a tool is worthless.
   */
  (question: Question, how?: AskHow & { readonly partial?: boolean }): Promise<Answer>
  /** Gives the answer as the miner speaks. */
  stream(question: Question, how?: AskHow): AsyncGenerator<Piece, Outcome>
  /** Gives the answer as the model's own server writes it. The dialect `needs` `relay`. */
  relay(question: Question, how?: AskHow): Promise<Relayed>
  /** Gives a vector for each text. The dialect `needs` `embed`. */
  embed(texts: readonly string[], how?: AskHow): Promise<Embedding>
}

/** Who asks: a hotkey that signed, or, on a route that wants no proof, an address. */
export type Caller =
  | { readonly kind: 'signed'; readonly hotkey: Hotkey }
  | { readonly kind: 'open'; readonly address: string }

/** What a dialect remembers of one caller, bounded in number and time: the oldest goes first. */
export type TtlMap = {
  get(key: string): unknown
  /** Keeps it for so many milliseconds, an hour at most. */
  set(key: string, value: unknown, ttlMs: number): void
  delete(key: string): void
}

/**
 * Signs an object with the miner's hotkey, written as Python's `json.dumps` writes it. Never bytes of a dialect's
 * choosing: 32 bytes can be the hash of a transaction.
 *
 * @param how.digest what is signed is the SHA-256 of that text
 * @param how.sortKeys as `sort_keys=True`
 * @returns 128 digits of lower-case hex
 */
export type Sign = (
  value: { readonly [key: string]: Json },
  how?: { readonly digest?: 'sha256'; readonly sortKeys?: boolean },
) => string

/** One question of a validator: proven, unless its route wants no proof. */
export type Call<Body> = {
  /** a read-only view of the request's fields, as the route's schema gives them */
  readonly body: Body
  readonly ask: Ask
  readonly caller: Caller
  readonly receiver: Hotkey
  readonly id: string
  /** aborts when the caller has left or the deadline is past */
  readonly signal: AbortSignal
  /** epoch milliseconds */
  readonly deadline: number
  /** of this caller and this dialect */
  readonly state: TtlMap
  readonly sign: Sign
  /** as the global one, but bounded: a reply has at most 16 MiB, and all ends with the request */
  readonly fetch: typeof fetch
}

/** Fields to set on the request's own, which is echoed as it came. */
export type Patch = Readonly<Record<string, Json>>

/** So much in so long, for each caller. Hotkeys that the operator named in `policy.allow` have no such bound. */
export type Rate = {
  /** requests, or what `cost` says of each */
  readonly limit: number
  readonly windowMs: number
}

/** What the host refuses by itself, in the words and the status that this subnet's validators expect. */
export type Refusals = Readonly<Partial<Record<RefusalCode, { readonly status: number; readonly text: string }>>>

/** What a route says of itself, whatever it answers with. */
export type RouteTerms<Body extends ZodType> = {
  /** what is absent here is not read, not refused: validators add fields; those without a default are required */
  readonly body: Body
  /** in the order in which the SDK hashes them; several lists: versions of the protocol, any of which may hold */
  readonly hashed: readonly HashField[] | readonly (readonly HashField[])[]
  /** `none`: whoever asks is answered, without a signature; `rate` counts addresses then, 1 a second unless it is said */
  readonly auth?: 'signed' | 'none'
  /** false: the rules about hotkeys do not hold here, only the signature; `rate` is as for `auth: 'none'`, and for all */
  readonly rules?: false
  readonly rate?: Rate
  /** what a request takes of `rate`: 1 unless it is said */
  cost?(body: z.infer<Body>): number
  /** how many may wait for a place, where fewer than `axon.queue`: with 0 it is refused at once when none is free; false: needs none, for what costs nothing */
  readonly queue?: number | false
  /** bytes; for what is larger than `axon.maxBody`, or must be smaller; 64 KiB unless it is said where nobody signs */
  readonly maxBody?: number
  /** milliseconds that the validator waits, where its head does not say or says too much */
  readonly timeout?: number
  readonly refusals?: Refusals
  /** the fields of a request as a validator sends it, all in the order of their declaration */
  readonly example: { readonly [field: string]: Json }
}

/** What a stream is made of: UTF-8 text, server-sent events, a JSON value a line, JSON values, or bytes as they are. */
export type Frames = 'text' | 'sse' | 'jsonl' | 'json' | 'bytes'

/** One synapse: which fields it has, which of them are hashed, and how it is answered. */
export type Route<Body extends ZodType = ZodType> = RouteTerms<Body> &
  (
    | {
        readonly frames?: undefined
        /** milliseconds that the axon tells it took at least, where validators refuse what is too fast */
        readonly notBefore?: number
        answer(call: Call<z.infer<Body>>): Promise<Patch>
      }
    | { readonly frames: 'text'; answer(call: Call<z.infer<Body>>): AsyncGenerator<string | Piece, void> }
    /** a string is written as it is (`[DONE]`), all else as JSON */
    | { readonly frames: 'sse' | 'jsonl' | 'json'; answer(call: Call<z.infer<Body>>): AsyncGenerator<Json, void> }
    | { readonly frames: 'bytes'; answer(call: Call<z.infer<Body>>): AsyncGenerator<Uint8Array, void> }
  )

/** A route that is no synapse: whoever asks gets JSON. */
export type PlainRoute = {
  /** requests of one address; 1 a second unless it is said */
  readonly rate?: Rate
  answer(call: {
    /** of a GET: its query; of a POST: its JSON */
    readonly body: unknown
    readonly address: string
    readonly signal: AbortSignal
  }): Promise<Json>
}

/** What a dialect may need of a miner beyond words. */
export type Need = 'tools' | 'logprobs' | 'responseFormat' | 'relay' | 'embed'

/** What one subnet's validators ask. */
export type DialectDefinition = {
  readonly name: string
  readonly summary: string
  /** the repository and commit whose protocol it follows: `owner/name@1234567` */
  readonly follows: string
  /** a miner that lacks one is refused when the axon starts */
  readonly needs?: readonly Need[]
  /** what an operator should know before he counts on being paid; a sentence */
  readonly caveat?: string
  /** `rising`: the nonces of a caller must go up, as the SDK's own axon wants; `once` unless it is said */
  readonly nonces?: 'once' | 'rising'
  readonly synapses: Readonly<Record<string, Route>>
  /** by method and path: `GET /availability`; `/healthz` is the host's */
  readonly routes?: Readonly<Record<`${'GET' | 'POST'} /${string}`, PlainRoute>>
}
