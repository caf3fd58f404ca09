import type { ZodObject, z } from 'zod'
import type { Log } from './log.js'

/** The roles a message may have, as OpenAI's chat API names them. */
export const roles = ['system', 'developer', 'user', 'assistant'] as const
export type Role = (typeof roles)[number]

export type Message = { readonly role: Role; readonly content: string }

/** A conversation that wants one answer. It has at least one message. */
export type Question = { readonly messages: readonly Message[] }

/** What a miner yields: some of the answer. Yielding a plain string means `{ text }`. */
export type Piece = { readonly text: string }

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
  close?(): Promise<void>
}

/** What a miner is built from. */
export type MinerContext<Config> = {
  /** the miner's own settings: merged from file, environment and flags, validated, typed */
  readonly config: Config
  readonly log: Log
  /** aborts when the program ends */
  readonly signal: AbortSignal
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
