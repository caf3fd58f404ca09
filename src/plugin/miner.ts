import type { ZodObject, z } from 'zod'
import type { Json } from './json.js'
import type { Log } from './log.js'

/** The roles a typed conversation may have, as OpenAI's chat API names them. */
export const roles = ['system', 'developer', 'user', 'assistant'] as const satisfies readonly Role[]
export type Role = 'system' | 'developer' | 'user' | 'assistant'

export type Message =
  | { readonly role: Role; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  /** what a tool gave for a call of it */
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string }

/** A function that a model may call, in the shape of OpenAI's chat API. */
export type Tool = {
  readonly name: string
  readonly description?: string
  /** JSON Schema of its arguments */
  readonly parameters?: { readonly [key: string]: Json }
}

/** A call that a model wants made. `arguments` is JSON text as the model wrote it: it may be none. */
export type ToolCall = { readonly id: string; readonly name: string; readonly arguments: string }

/** A part of the call with that index: `id` and `name` come once, `arguments` in parts that are to be joined. */
export type ToolDelta = {
  readonly index: number
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
}

/** How likely a token was: natural logarithms. */
export type Logprob = {
  readonly token: string
  readonly logprob: number
  readonly bytes?: readonly number[]
  readonly top?: readonly { readonly token: string; readonly logprob: number }[]
}

/**
 * A conversation that wants one answer. It has at least one message. What a question does not say is for the miner's
 * own settings; a miner that cannot do what one says throws `unsupported`.
 */
export type Question = {
  readonly messages: readonly Message[]
  readonly model?: string
  readonly maxTokens?: number
  readonly temperature?: number
  readonly seed?: number
  readonly tools?: readonly Tool[]
  /** `auto` unless it is said; `{ name }`: that tool */
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** `json`: an object; a schema: an object of that schema */
  readonly responseFormat?: 'json' | { readonly name: string; readonly schema: { readonly [key: string]: Json } }
  /** how many alternatives are told for each token, 0 to 20 */
  readonly logprobs?: { readonly top: number }
}

/** What a miner yields: some of the answer. Yielding a plain string means `{ text }`. */
export type Piece = {
  readonly text?: string
  readonly toolCalls?: readonly ToolDelta[]
  readonly logprobs?: readonly Logprob[]
}

/** An answer as the model's own server writes it: a stream of OpenAI's chat chunks as server-sent events. */
export type Relayed = {
  /** byte for byte; ends after the server's own end, throws when it is cut */
  readonly body: AsyncIterable<Uint8Array>
  /** settles when the body has ended */
  readonly outcome: Promise<Outcome>
}

export type Embedding = {
  readonly model: string
  /** one for each text, in their order */
  readonly vectors: readonly (readonly number[])[]
  readonly usage?: Usage
}

/** What a miner can do beyond words. What is not said it cannot. */
export type Capabilities = {
  readonly tools?: boolean
  readonly logprobs?: boolean
  readonly responseFormat?: boolean
  /** the models it answers with */
  readonly models?: readonly string[]
}

/** Tokens of one answer as its maker counted them; a count that was not told is absent. */
export type Usage = {
  readonly promptTokens?: number
  /** those of the prompt that the maker knew already */
  readonly cachedTokens?: number
  readonly completionTokens?: number
  /** those of the completion that were thoughts, and are not in the answer */
  readonly reasoningTokens?: number
}

/** One try for an answer. */
export type Attempt = {
  /** who was asked, as the operator named it */
  readonly endpoint: string
  readonly model: string
  /** from its start to its end */
  readonly ms: number
  /** why it failed, the code of an error; absent: it answered */
  readonly error?: string
}

/** What a miner returns when it has said all: which model spoke, and why it stopped. */
export type Outcome = {
  readonly model: string
  readonly finishReason: string
  readonly usage?: Usage
  /** the calls that the model wants made; absent when it wants none */
  readonly toolCalls?: readonly ToolCall[]
  /** in the order of their start; absent when the miner has only one way to an answer */
  readonly attempts?: readonly Attempt[]
}

/** What a miner found out about one of its ways to an answer. */
export type Check = {
  /** which way, as the operator named it: `main, key 2` */
  readonly name: string
  /** by what was looked at, in an order that makes sense as a table: does it hold, or how many milliseconds did it take; null: not found out */
  readonly findings: Readonly<Record<string, boolean | number | null>>
  /** what is worth knowing although it works: `top_p is refused, and not sent` */
  readonly notes?: readonly string[]
  /** absent: it works */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** A hotkey as an ss58 address of network prefix 42, in its one canonical spelling. */
export type Hotkey = string

/** Who asks, and until when. */
export type Asked = {
  /** names this question in the log */
  readonly id: string
  /** the hotkey that signed the question; absent when it was asked on this machine */
  readonly caller?: Hotkey
  /** the hotkey it was signed for */
  readonly receiver?: Hotkey
  /** aborts when nobody listens any more or the deadline is past */
  readonly signal: AbortSignal
  /** epoch milliseconds; an answer after it is worthless */
  readonly deadline: number
  /** To be called at the end of each try, by a miner that has several: so it is known also when there is no answer. */
  readonly onAttempt?: (attempt: Attempt) => void
}

/** A proven request, as the hooks of a miner see it. */
export type ProvenCall = {
  readonly id: string
  readonly caller: Hotkey
  readonly synapse: string
  /** the request's fields after their hash and schema held: never what only a header says */
  readonly body: unknown
}

/** Whether somebody may ask. `reason` is for the caller: one short line. */
export type Verdict = { readonly allow: true } | { readonly allow: false; readonly reason: string }

/** Messages in, words out. */
export type Miner = {
  prompt(question: Question, asked: Asked): AsyncGenerator<string | Piece, Outcome>
  /**
   * Called before the axon opens: gets ready for the first question, without asking anybody.
   *
   * @throws {NoAnswer} when no question could be answered as it is configured
   */
  ready?(): Promise<void>
  /** Finds out whether it could answer, by asking as little as that takes. It throws only when the signal aborts. */
  check?(signal: AbortSignal): Promise<readonly Check[]>
  /** The same as `prompt`, in the bytes of the model's own server. */
  relay?(question: Question, asked: Asked): Promise<Relayed>
  embed?(texts: readonly string[], asked: Asked): Promise<Embedding>
  /** Known without asking anybody. */
  capabilities?(): Capabilities
  /**
   * Asked for each proven call that the host's own rules let in, and not on a route without rules: it may refuse. A throw,
   * or no verdict within 100 ms, is a warning in the log, and the call is let in.
   */
  blacklist?(call: ProvenCall): Verdict | Promise<Verdict>
  /**
   * How soon a call is answered when calls have to wait: the higher, the sooner; 0 unless it says. Asked for each proven
   * call of a hotkey that the host's own rules let in; all others come last. Failing as `blacklist` does.
   */
  priority?(call: ProvenCall): number | Promise<number>
  close?(): Promise<void>
}

/** What a miner is built from. */
export type MinerContext<Config> = {
  /** the miner's own settings: merged from file, environment and flags, validated, typed */
  readonly config: Config
  readonly log: Log
  /** aborts when the program ends */
  readonly signal: AbortSignal
  /**
   * As the global one, but bounded: a reply has at most 16 MiB and 60 s, and what is asked inside of a question ends
   * with that question.
   */
  readonly fetch: typeof fetch
}

/** A rule between settings that does not hold. */
export type BrokenRule<Settings extends ZodObject = ZodObject> = {
  readonly setting: keyof z.infer<Settings> & string
  /** the item of a list or table it is about: `[1, 'suffix']` */
  readonly at?: readonly (string | number)[]
  /** other settings that it is about: while one of them is wrong itself, nothing is said */
  readonly beside?: readonly (keyof z.infer<Settings> & string)[]
  /** continues a sentence that begins with the setting's path: `needs --api completions` */
  readonly message: string
  readonly hint?: string
}

/** A miner as a plugin declares it: data, and `create`. */
export type MinerDefinition<Settings extends ZodObject = ZodObject> = {
  readonly name: string
  /** one line, as `miner miners` shows it */
  readonly summary: string
  /** flags, variables, file keys, help and validation all come from it */
  readonly settings: Settings
  /** What is wrong between settings that are well each by itself; one that is not is absent from `config`. */
  rules?(config: Partial<z.infer<Settings>>): readonly BrokenRule<Settings>[]
  /** which models may answer, in the order in which they are tried; shown when the miner starts */
  models?(config: z.infer<Settings>): readonly string[]
  create(context: MinerContext<z.infer<Settings>>): Miner | Promise<Miner>
}
