import type { Logprob, Outcome, Piece, Question, Usage } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { ToolCalls } from '../../../plugin/tool-calls.js'
import { truncatedAnswer, unreadableAnswer, unsupported } from '../errors/answer-errors.js'
import type { ModelCode } from '../errors/model-code.js'
import { sanitizeText, type Upstream } from '../errors/upstream.js'
import { wants } from '../request/features.js'
import { type Choice, readCompletion } from './completion.js'
import { END } from './documents.js'
import { ToolCallJoiner } from './tool-call-parts.js'

/** What is in a document for whoever listens. */
export type Delta = {
  /** to give on: text, or a piece that has more */
  readonly content?: string | Piece
  /** the model has said or thought anything */
  readonly isToken: boolean
  readonly isThought: boolean
}

/** One answer as its documents come in: what it says, and in the end how it ended, or why it is none. */
export class AnswerReader {
  readonly #upstream: Upstream
  /** it was given tools, so that calls of them are an answer, too */
  readonly #mayCall: boolean
  readonly #wantsLogprobs: boolean
  readonly #joiner = new ToolCallJoiner()
  readonly #calls = new ToolCalls()
  #model: string
  #finishReason: string | undefined
  #usage: Usage | undefined
  #isEnded = false
  /** the choice that is given, once it has said a word; a stream may have several, in turns */
  #given: number | undefined
  #hasChoice = false
  #callsTools = false
  #refusal = ''
  /** white space before the first word; given on with it, so that a blank answer is told from none */
  #held = ''
  /** not given on yet, since it is not clear that there is an answer */
  #logprobs: Logprob[] = []
  #hasText = false
  #hasCalls = false

  constructor(upstream: Upstream, { tools, toolChoice, logprobs }: Question) {
    this.#upstream = upstream
    this.#mayCall = (tools?.length ?? 0) > 0 && toolChoice !== 'none'
    this.#wantsLogprobs = logprobs !== undefined
    this.#model = upstream.model
  }

  /**
   * @param document as the endpoint sent it, or `END`
   * @throws {NoAnswer} `MODEL_UNSUPPORTED` when it begins without the logprobs that were asked for
   */
  take(document: unknown): Delta {
    this.#isEnded ||= document === END
    const { model, usage, choices } = readCompletion(document)
    this.#model = model ?? this.#model
    this.#usage = usage ?? this.#usage
    const choice = this.#given === undefined ? this.#pick(choices) : choices.find(({ index }) => index === this.#given)
    const content = choice && this.#takeChoice(choice)
    const isThought = choices.some(({ thinks }) => thinks)
    return { ...(content && { content }), isToken: choices.some(isToken), isThought }
  }

  /** The endpoint has said that no more comes. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** It has said why it stopped: what may still come is usage. */
  get isWhole(): boolean {
    return this.#hasAnswer && this.#finishReason !== undefined && !interruptions.has(this.#finishReason)
  }

  /**
   * @throws {NoAnswer} `MODEL_CUT` when nothing says that this is all; when nothing was said: `MODEL_REFUSED` ·
   * `MODEL_TOOL_CALL` · `MODEL_EMPTY` · `MODEL_EMPTY_LENGTH` · `MODEL_UNREADABLE`
   */
  outcome(): Outcome {
    if (!this.#hasChoice) throw unreadableAnswer(this.#upstream, 'without choices')
    // Each sign is missing somewhere, but not both; a proxy whose upstream dies ends its own stream as if it were whole.
    if (!this.#isEnded && this.#finishReason === undefined)
      throw truncatedAnswer(this.#upstream, 'no finish_reason and no [DONE]')
    if (interruptions.has(this.#finishReason ?? ''))
      throw truncatedAnswer(this.#upstream, `finish_reason ${this.#finishReason}`)
    if (!this.#hasAnswer) throw this.#wordless()
    return {
      model: this.#model,
      // Some endpoints never say why they stopped.
      finishReason: this.#finishReason ?? 'unknown',
      ...(this.#usage && { usage: this.#usage }),
      ...(this.#hasCalls && { toolCalls: this.#calls.all }),
    }
  }

  get #hasAnswer(): boolean {
    return this.#hasText || this.#hasCalls
  }

  /** The first that is complete, else the first that says anything. */
  #pick(choices: readonly Choice[]): Choice | undefined {
    const speaking = choices.filter(
      ({ text, callParts }) => text.trim() !== '' || (this.#mayCall && callParts.length > 0),
    )
    return speaking.find(({ finishReason }) => finishReason === 'stop') ?? speaking[0] ?? choices[0]
  }

  #takeChoice(choice: Choice): string | Piece | undefined {
    this.#hasChoice = true
    this.#finishReason = choice.finishReason ?? this.#finishReason
    this.#callsTools ||= choice.callsTools
    this.#refusal += choice.refusal
    if (this.#wantsLogprobs) for (const logprob of choice.logprobs) this.#logprobs.push(logprob)
    const toolCalls = this.#mayCall ? this.#joiner.join(choice.callParts) : []
    this.#calls.add(toolCalls)
    this.#hasCalls ||= toolCalls.length > 0
    const text = this.#takeText(choice)
    if (!this.#hasAnswer) return undefined
    this.#given = choice.index
    const logprobs = this.#logprobs
    this.#logprobs = []
    if (toolCalls.length === 0 && logprobs.length === 0) return text
    return {
      ...(text !== '' && { text }),
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(logprobs.length > 0 && { logprobs }),
    }
  }

  #takeText({ text: words }: Choice): string {
    if (!this.#hasText && words.trim() === '') {
      this.#held += words
      return ''
    }
    // Some servers leave out silently what they do not know.
    if (!this.#hasText && this.#wantsLogprobs && this.#logprobs.length === 0)
      throw unsupported(this.#upstream, wants.logprobs.lack)
    const text = this.#held + words
    this.#held = ''
    this.#hasText = true
    return text
  }

  #wordless(): NoAnswer {
    const { setting } = this.#upstream
    if (this.#refusal !== '' || this.#finishReason === 'content_filter') {
      const words = sanitizeText(this.#refusal, this.#upstream.secrets)
      return this.#none(
        'MODEL_REFUSED',
        `refused to answer${words && `: ${words}`}`,
        `nothing is wrong here; another ${setting('model')} may answer`,
      )
    }
    if (this.#callsTools || /^(tool_calls|function_call)$/.test(this.#finishReason ?? ''))
      return this.#none(
        'MODEL_TOOL_CALL',
        'called a tool instead of answering',
        `choose a ${setting('model')} or endpoint without tools of its own`,
      )
    if (this.#finishReason === 'length')
      return this.#none(
        'MODEL_EMPTY_LENGTH',
        'used up its tokens before it said a word',
        `raise ${setting('maxTokens')}: a model that reasons counts its thoughts too`,
      )
    return this.#none('MODEL_EMPTY', 'said nothing', `try another ${setting('model')}, or other sampling settings`)
  }

  #none(code: ModelCode, what: string, hint: string): NoAnswer {
    return new NoAnswer('upstream', `${this.#upstream.model} at ${this.#upstream.name} ${what}`, { code, hint })
  }
}

/** Said in place of a reason by a server that could not go on: OpenRouter · vLLM · DeepSeek. */
const interruptions = new Set(['error', 'abort', 'insufficient_system_resource'])

function isToken({ text, refusal, callsTools, thinks }: Choice): boolean {
  return text !== '' || refusal !== '' || callsTools || thinks
}
