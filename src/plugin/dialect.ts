import type { ZodType, z } from 'zod'
import type { RefusalCode } from '../wires/refusal.js'
import type { HashField, PythonEnum } from '../wires/wire.js'
import type { Json } from './json.js'
import type { Embedding, Hotkey, Logprob, Outcome, Piece, Question, Relayed, ToolCall } from './miner.js'

export type { HashField, PythonEnum, RefusalCode }

/** A complete answer. When `text` is empty, the answer is its tool calls. */
export type Answer = {
  readonly text: string
  /** empty when the model calls no tool */
  readonly toolCalls: readonly ToolCall[]
  /** one per token; empty unless the question asked for them */
  readonly logprobs: readonly Logprob[]
  readonly outcome: Outcome
  /** true: the text is cut after a sentence or a word, because the deadline came or the model broke off */
  readonly partial: boolean
}

/** The time limit of one question, for a dialect that asks several for one request. */
export type AskHow = {
  /** epoch milliseconds; the request's own deadline holds when it comes first */
  readonly until?: number
}

/** Asks the miner, within the caller's deadline. An answer is never empty. */
export type Ask = {
  /**
   * Returns the complete answer.
   *
   * @param how.partial return the text so far when the deadline comes, instead of failing. Default false: JSON or a
   *   tool call that is cut is worthless.
   */
  (question: Question, how?: AskHow & { readonly partial?: boolean }): Promise<Answer>
  /** Yields the answer as the miner produces it. */
  stream(question: Question, how?: AskHow): AsyncGenerator<Piece, Outcome>
  /** Returns the answer as the model's own server writes it. The dialect must list `relay` in `needs`. */
  relay(question: Question, how?: AskHow): Promise<Relayed>
  /** Returns one vector per text. The dialect must list `embed` in `needs`. */
  embed(texts: readonly string[], how?: AskHow): Promise<Embedding>
}

/** The caller: the hotkey that signed the request or, on a route with `auth: 'none'`, an address. */
export type Caller =
  | { readonly kind: 'signed'; readonly hotkey: Hotkey }
  | { readonly kind: 'open'; readonly address: string }

/** A dialect's state for one caller, bounded in entries and time: the oldest entry is evicted first. */
export type TtlMap = {
  get(key: string): unknown
  /** Keeps the value for `ttlMs` milliseconds, at most an hour. */
  set(key: string, value: unknown, ttlMs: number): void
  delete(key: string): void
}

/**
 * Signs an object with the miner's hotkey, as the text that Python's `json.dumps` writes. It never signs bytes of a
 * dialect's choosing: 32 bytes can be the hash of a transaction.
 *
 * @param how.digest sign the SHA-256 of that text instead
 * @param how.sortKeys as `sort_keys=True`
 * @returns 128 lower-case hex digits
 */
export type Sign = (
  value: { readonly [key: string]: Json },
  how?: { readonly digest?: 'sha256'; readonly sortKeys?: boolean },
) => string

/** One request of a validator. Its signature is verified, unless the route has `auth: 'none'`. */
export type Call<Body> = {
  /** a read-only view of the request's fields, as the route's schema outputs them */
  readonly body: Body
  readonly ask: Ask
  readonly caller: Caller
  readonly receiver: Hotkey
  readonly id: string
  /** aborts when the caller disconnects or the deadline passes */
  readonly signal: AbortSignal
  /** epoch milliseconds */
  readonly deadline: number
  /** kept per caller and dialect */
  readonly state: TtlMap
  readonly sign: Sign
  /** the global `fetch`, bounded: a reply has at most 16 MiB, and every fetch ends with this request */
  readonly fetch: typeof fetch
}

/** Fields to set in the reply, which otherwise echoes the request's fields as they came. */
export type Patch = Readonly<Record<string, Json>>

/**
 * A rate limit per caller. Hotkeys that the operator lists in `policy.allow` are exempt; hotkeys that are not registered are
 * counted by address, by default 10 in 10 s.
 */
export type Rate = {
  /** requests per window, each counted as its `cost` */
  readonly limit: number
  readonly windowMs: number
}

/** Status and text of the host's own refusals, as this subnet's validators expect them. */
export type Refusals = Readonly<Partial<Record<RefusalCode, { readonly status: number; readonly text: string }>>>

/** What every route declares, whatever its kind of answer. */
export type RouteTerms<Body extends ZodType> = {
  /** fields that the schema lacks are ignored, not refused: validators add fields; fields without a default are required */
  readonly body: Body
  /** in the order in which the SDK hashes them; several lists: one per version of the protocol, any of which may match */
  readonly hashed: readonly HashField[] | readonly (readonly HashField[])[]
  /** `none`: requests need no signature; `rate` then counts addresses, by default 10 in 10 s */
  readonly auth?: 'signed' | 'none'
  /**
   * false: checks the signature, but none of the rules about hotkeys; `rate`, by default 10 in 10 s, counts registered and
   * allowed hotkeys each by itself, all others by address, without exemptions
   */
  readonly rules?: false
  readonly rate?: Rate
  /** what a request takes of `rate`; default 1 */
  cost?(body: z.infer<Body>): number
  /**
   * how many requests may wait for a place, if fewer than `axon.queue`; 0: refuses at once when no place is free; false:
   * takes no place, for answers that cost nothing
   */
  readonly queue?: number | false
  /** bytes, when larger or smaller than `axon.maxBody`; with `auth: 'none'` 64 KiB by default */
  readonly maxBody?: number
  /** milliseconds that the validator waits, when the request's head does not say or says too much */
  readonly timeout?: number
  readonly refusals?: Refusals
  /** all fields of a request as a validator sends it, in the order of their declaration */
  readonly example: { readonly [field: string]: Json }
}

/** How a stream is framed: UTF-8 text, server-sent events, one JSON value per line, JSON values, or raw bytes. */
export type Frames = 'text' | 'sse' | 'jsonl' | 'json' | 'bytes'

/** One synapse: its fields, which of them are hashed, and how to answer it. */
export type Route<Body extends ZodType = ZodType> = RouteTerms<Body> &
  (
    | {
        readonly frames?: undefined
        /** milliseconds that an answer takes at least, for validators that refuse faster ones */
        readonly notBefore?: number
        answer(call: Call<z.infer<Body>>): Promise<Patch>
      }
    | { readonly frames: 'text'; answer(call: Call<z.infer<Body>>): AsyncGenerator<string | Piece, void> }
    /** a string is written as it is (`[DONE]`), any other value as JSON */
    | { readonly frames: 'sse' | 'jsonl' | 'json'; answer(call: Call<z.infer<Body>>): AsyncGenerator<Json, void> }
    | { readonly frames: 'bytes'; answer(call: Call<z.infer<Body>>): AsyncGenerator<Uint8Array, void> }
  )

/** A plain HTTP route, not a synapse: answers any client with JSON. */
export type PlainRoute = {
  /** per address; default 10 in 10 s */
  readonly rate?: Rate
  answer(call: {
    /** the query of a GET, the JSON of a POST */
    readonly body: unknown
    readonly address: string
    readonly signal: AbortSignal
  }): Promise<Json>
}

/** What a dialect may require of a miner beyond text. */
export type Need = 'tools' | 'logprobs' | 'responseFormat' | 'relay' | 'embed'

/** The protocol of one subnet's validators. */
export type DialectDefinition = {
  readonly name: string
  readonly summary: string
  /** the repository and commit that define the protocol: `owner/name@1234567` */
  readonly follows: string
  /** the axon does not start with a miner that lacks one of these */
  readonly needs?: readonly Need[]
  /** a sentence that operators should read before they count on being paid */
  readonly caveat?: string
  /** `rising`: a caller's nonces must increase, as the SDK's own axon requires; default `once` */
  readonly nonces?: 'once' | 'rising'
  readonly synapses: Readonly<Record<string, Route>>
  /** by method and path: `GET /availability`; the host answers `/healthz` itself */
  readonly routes?: Readonly<Record<`${'GET' | 'POST'} /${string}`, PlainRoute>>
}
