import type { ZodObject, z } from 'zod'
import type { Json } from './json.js'
import type { Log } from './log.js'
import type { ModelSource, Spend, Usage } from './money/spending.js'

/** The roles of a conversation, as OpenAI's chat API names them; `tool` is apart, because its message names a call. */
export const roles = ['system', 'developer', 'user', 'assistant'] as const satisfies readonly Role[]
export type Role = 'system' | 'developer' | 'user' | 'assistant'

export type Message =
  | { readonly role: Role; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  /** the result of a tool call */
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string }

/** A function that a model may call, in the shape of OpenAI's chat API. */
export type Tool = {
  readonly name: string
  readonly description?: string
  /** JSON Schema of its arguments */
  readonly parameters?: { readonly [key: string]: Json }
}

/** A tool call of a model. `arguments` is JSON as the model wrote it, and may be invalid. */
export type ToolCall = { readonly id: string; readonly name: string; readonly arguments: string }

/** A part of the tool call at `index`: `id` and `name` come once, `arguments` in parts to be joined. */
export type ToolDelta = {
  readonly index: number
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
}

/** How likely a token was, as a natural logarithm. */
export type Logprob = {
  readonly token: string
  readonly logprob: number
  readonly bytes?: readonly number[]
  readonly top?: readonly { readonly token: string; readonly logprob: number }[]
}

/**
 * A conversation to answer, with at least one message. The miner's own settings decide what the question leaves out; a
 * miner that cannot do what the question asks throws `unsupported`.
 */
export type Question = {
  readonly messages: readonly Message[]
  readonly model?: string
  readonly maxTokens?: number
  readonly temperature?: number
  readonly seed?: number
  readonly tools?: readonly Tool[]
  /** default `auto`; `{ name }`: that tool */
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** `json`: an object; a schema: an object of that schema */
  readonly responseFormat?: 'json' | { readonly name: string; readonly schema: { readonly [key: string]: Json } }
  /** how many alternatives to return per token, 0 to 20 */
  readonly logprobs?: { readonly top: number }
}

/** A part of an answer, as a miner yields it. A plain string means `{ text }`. */
export type Piece = {
  readonly text?: string
  readonly toolCalls?: readonly ToolDelta[]
  readonly logprobs?: readonly Logprob[]
}

/** An answer as the model's own server writes it: OpenAI's chat chunks as server-sent events. */
export type Relayed = {
  /** byte for byte; ends when the server's stream ends, throws when that breaks off */
  readonly body: AsyncIterable<Uint8Array>
  /** settles when the body has ended */
  readonly outcome: Promise<Outcome>
}

/** Vectors of texts, and the model that made them. */
export type Embedding = {
  readonly model: string
  /** one per text, in the order of the texts */
  readonly vectors: readonly (readonly number[])[]
  readonly usage?: Usage
}

/** What a miner supports beyond text. A capability that is absent is unsupported. */
export type Capabilities = {
  readonly tools?: boolean
  readonly logprobs?: boolean
  readonly responseFormat?: boolean
  /** the models that it answers with */
  readonly models?: readonly string[]
}

/** One attempt at an answer. */
export type Attempt = {
  /** the endpoint that was asked, as the operator named it */
  readonly endpoint: string
  readonly model: string
  /** its duration */
  readonly ms: number
  /** the code of the error that it failed with; absent when it succeeded */
  readonly error?: string
  /** that error in words, for the operator: with the endpoint's own message, and without its secrets */
  readonly message?: string
  /** how long the endpoint asked to be left alone, in milliseconds */
  readonly retryAfterMs?: number
  /** its tokens, all zero when it cost nothing; absent when they are unknown, as after an abort */
  readonly usage?: Usage
  /** it also answers another question, which pays for it */
  readonly isShared?: true
}

/** What a miner returns at the end of an answer: which model answered, and why it stopped. */
export type Outcome = {
  readonly model: string
  readonly finishReason: string
  readonly usage?: Usage
  /** the model's tool calls; absent when it makes none */
  readonly toolCalls?: readonly ToolCall[]
  /** in the order of their start; absent when the miner has only one source of answers */
  readonly attempts?: readonly Attempt[]
}

/** The result of checking one of a miner's sources of answers. */
export type Check = {
  /** the source, as the operator named it: `main, key 2` */
  readonly name: string
  /** by what was checked, as a table's columns: whether it holds, or how many milliseconds it took; null: unknown */
  readonly findings: Readonly<Record<string, boolean | number | null>>
  /** worth knowing although it works: `top_p is refused, and not sent` */
  readonly notes?: readonly string[]
  /** how many questions it answers at once, where it says so; the host warns when `axon.concurrency` is higher */
  readonly concurrency?: number
  /** absent when it works */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** What a miner found of its surroundings, for `miner doctor`. */
export type Diagnosis = {
  /** what it looked at, in a few words: `graphics card` */
  readonly name: string
  /** `fault`: it keeps the miner from answering; `unknown`: the message tells why */
  readonly verdict: 'ok' | 'warning' | 'fault' | 'unknown'
  /** what is so, in one line */
  readonly message: string
  /** how that was found out */
  readonly how?: string
  /** the command that mends it, or what to do */
  readonly hint?: string
}

/** How a miner is checked. */
export type CheckHow = {
  /** true: only whether each source answers, at the least cost; `miner serve` does so when it starts */
  readonly quick?: boolean
  /**
   * To be called with each result as soon as it is known, so that a slow source does not hold up the others. A later result
   * of the same name replaces the earlier.
   */
  readonly onCheck?: (check: Check) => void
}

/** A model that a source of answers offers. */
export type OfferedModel = {
  readonly id: string
  /** whether the settings name it */
  readonly configured: boolean
}

/** The models that one of a miner's sources of answers offers. */
export type ModelList = {
  /** the source, as the operator named it */
  readonly name: string
  /** the model that the settings name; `models` may lack it, because many servers also accept names that they do not list */
  readonly configured?: string
  /** in the order of the source; empty when there is a problem */
  readonly models: readonly OfferedModel[]
  /** worth knowing although there is a list: `lists only the first 10000` */
  readonly notes?: readonly string[]
  /** why there is no list */
  readonly problem?: Check['problem']
}

/** A hotkey as an ss58 address of network prefix 42, in its canonical form. */
export type Hotkey = string

/** The circumstances of a question: its caller, its deadline, its signal. */
export type Asked = {
  /** identifies this question in the log */
  readonly id: string
  /** the hotkey that signed the question; absent when the question was asked on this machine */
  readonly caller?: Hotkey
  /** the hotkey that the question was signed for */
  readonly receiver?: Hotkey
  /** aborts when the answer is no longer needed or the deadline passes */
  readonly signal: AbortSignal
  /** epoch milliseconds; a later answer is worthless */
  readonly deadline: number
  /** To be called after each attempt by a miner that makes several, so that attempts are known even when all fail. */
  readonly onAttempt?: (attempt: Attempt) => void
  /** To be called before each attempt by a miner with `sources`; absent without a budget. */
  readonly spend?: Spend
}

/** A verified request, as the hooks of a miner receive it. */
export type ProvenCall = {
  readonly id: string
  readonly caller: Hotkey
  readonly synapse: string
  /** the request's fields, whose hash and schema have been checked; never those of an unsigned header */
  readonly body: unknown
}

/** Whether a caller may ask. `reason` is sent to the caller: one short line. */
export type Verdict = { readonly allow: true } | { readonly allow: false; readonly reason: string }

/** How an endpoint that a miner asks, and its keys, are doing; holds no secrets. */
export type EndpointHealth = {
  readonly endpoint: string
  /** open: not asked; half-open: asked by one question at a time */
  readonly breaker: 'closed' | 'open' | 'halfOpen'
  /** since the endpoint last showed that it works: by an answer, whole or cut by its caller, or by a refusal of its own */
  readonly failures: number
  /** milliseconds until it is asked again, or sooner once nothing else is left to ask */
  readonly restMs: number
  /** in configured order: how many milliseconds each key still rests, and the error code that caused it */
  readonly keys: readonly { readonly restMs: number; readonly code?: string }[]
}

/** A miner: turns a question into an answer. */
export type Miner = {
  prompt(question: Question, asked: Asked): AsyncGenerator<string | Piece, Outcome>
  /**
   * Called before the axon opens. Prepares for the first question, without sending a request.
   *
   * @throws {NoAnswer} when this configuration cannot answer any question
   */
  ready?(): Promise<void>
  /** Checks whether it could answer, with as few requests as that takes. Throws only when the signal aborts. */
  check?(signal: AbortSignal, how?: CheckHow): Promise<readonly Check[]>
  /**
   * Looks at what it needs beside its sources of answers, for `miner doctor`: a driver, a file, room for an index. Changes
   * nothing, and asks no model. Called without `ready`, whose failure it may explain. Throws only when the signal aborts.
   */
  diagnose?(signal: AbortSignal): Promise<readonly Diagnosis[]>
  /** Lists the models that each source of answers offers, for `miner models`. Throws only when the signal aborts. */
  models?(signal: AbortSignal): Promise<readonly ModelList[]>
  /** Answers as `prompt` does, in the bytes of the model's own server. */
  relay?(question: Question, asked: Asked): Promise<Relayed>
  embed?(texts: readonly string[], asked: Asked): Promise<Embedding>
  /** Returns what the miner supports, without sending a request. */
  capabilities?(): Capabilities
  /** Reports on the endpoints that it asks, without sending a request. */
  health?(): readonly EndpointHealth[]
  /**
   * Lists the models that it may ask, without sending a request. A miner that has this calls `Asked.spend` before each attempt,
   * so that a budget can be kept; its attempts tell their `usage`.
   */
  sources?(): readonly ModelSource[]
  /**
   * Called for each verified call that the host's own rules admit, except on routes without rules; may refuse it. When it
   * throws, or returns no verdict within 100 ms, the host logs a warning and admits the call.
   */
  blacklist?(call: ProvenCall): Verdict | Promise<Verdict>
  /**
   * Returns the priority of a call while calls wait: higher goes first, the default is 0; among equals callers share the
   * places by stake (docs/fairness.md). Called for each verified call of a hotkey that is registered, or that the operator allows; all other
   * calls go last. A failure is handled as one of `blacklist`.
   */
  priority?(call: ProvenCall): number | Promise<number>
  close?(): Promise<void>
}

/** What the host passes to a miner's `create`. */
export type MinerContext<Config> = {
  /** the miner's own settings: merged from file, environment and flags, validated, typed */
  readonly config: Config
  /** the miner's name, which is the table of its settings: for messages that name a setting */
  readonly section: string
  readonly log: Log
  /** aborts when the program ends */
  readonly signal: AbortSignal
  /**
   * The global `fetch`, bounded: a reply has at most 16 MiB and 60 s, and a fetch on behalf of a question ends with that
   * question.
   */
  readonly fetch: typeof fetch
}

/** A rule between settings that is broken. */
export type BrokenRule<Settings extends ZodObject = ZodObject> = {
  readonly setting: keyof z.infer<Settings> & string
  /** the item of a list or table that breaks it: `[1, 'suffix']` */
  readonly at?: readonly (string | number)[]
  /** other settings involved; while one of them is invalid itself, this is not reported */
  readonly beside?: readonly (keyof z.infer<Settings> & string)[]
  /** continues a sentence that begins with the setting's path: `needs api to be completions` */
  readonly message: string
  readonly hint?: string
}

/** A miner as a plugin declares it: data, and `create`. */
export type MinerDefinition<Settings extends ZodObject = ZodObject> = {
  readonly name: string
  /** one line, which `miner miners` prints */
  readonly summary: string
  /** flags, variables, file keys, help and validation are all derived from it */
  readonly settings: Settings
  /**
   * Returns the broken rules between settings that are valid by themselves; `config` lacks those that are not.
   *
   * @param section as in `MinerContext`
   */
  rules?(config: Partial<z.infer<Settings>>, section: string): readonly BrokenRule<Settings>[]
  /** Returns the models that may answer, in the order in which they are tried; printed when the miner starts. */
  models?(config: z.infer<Settings>): readonly string[]
  create(context: MinerContext<z.infer<Settings>>): Miner | Promise<Miner>
}
