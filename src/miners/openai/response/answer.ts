import type { Logprob, Outcome, Piece, Question } from '../../../plugin/miner.js'
import type { Usage } from '../../../plugin/money/spending.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { ToolCalls } from '../../../plugin/tool-calls.js'
import { truncatedAnswer, unreadableAnswer, unsupported } from '../errors/answer-errors.js'
import type { ModelCode } from '../errors/model-code.js'
import { sanitizeText, type Upstream } from '../errors/upstream.js'
import { features } from '../request/features.js'
import { type Choice, isToken, readCompletion } from './completion.js'
import { END } from './documents.js'
import { optional } from './loose-json.js'
import { ToolCallJoiner } from './tool-call-parts.js'

/** What one document adds to an answer. */
export type Delta = {
  /** to yield: text, or a piece with tool calls or logprobs */
  readonly content?: string | Piece
  /** the model produced anything, a thought included */
  readonly isToken: boolean
  /** the choice that answers goes on: a finish reason before this was not the end */
  readonly isMore: boolean
  readonly isThought: boolean
}

/** Reads one answer, document by document, and then its outcome, or the error that says why it is no answer. */
export class AnswerReader {
  readonly #upstream: Upstream
  /** the question brings tools, so tool calls count as an answer */
  readonly #mayCall: boolean
  /** text may be in one choice and tool calls in another: GitHub Copilot sends Claude's so */
  readonly #isOneAnswer: boolean
  readonly #wantsLogprobs: boolean
  readonly #joiner = new ToolCallJoiner()
  readonly #calls = new ToolCalls()
  #model: string
  #finishReason: string | undefined
  #usage: Usage | undefined
  #isEnded = false
  /** a finish reason came without a token, and no token after it */
  #isFinished = false
  /** a token came, of any choice */
  #hasBegun = false
  /** the choice that answers, once it has content; a stream may interleave several choices */
  #choiceIndex: number | undefined
  #hasChoice = false
  #callsTools = false
  #refusal = ''
  /** white space before the first word; held back, because an answer of white space only is an empty answer */
  #leadingSpace = ''
  /** held back until there is content to yield them with */
  #logprobs: Logprob[] = []
  #hasText = false
  #hasCalls = false

  /** @param options.isOnly one answer was asked for, so all choices are parts of it */
  constructor(upstream: Upstream, { tools, toolChoice, logprobs }: Question, { isOnly } = { isOnly: true }) {
    this.#upstream = upstream
    this.#mayCall = (tools?.length ?? 0) > 0 && toolChoice !== 'none'
    this.#isOneAnswer = isOnly && this.#mayCall
    this.#wantsLogprobs = logprobs !== undefined
    this.#model = upstream.model
  }

  /**
   * Takes the next document.
   *
   * @param document as the endpoint sent it, or `END`
   * @throws {NoAnswer} `MODEL_UNSUPPORTED` when the first text lacks the logprobs that were asked for
   */
  take(document: unknown): Delta {
    this.#isEnded ||= document === END
    const { model, usage, choices } = readCompletion(document, { hasBegun: this.#hasBegun })
    if (model !== undefined && model !== this.#model) this.#model = this.#sanitize(model)
    this.#usage = usage ?? this.#usage
    const choice = this.#isOneAnswer
      ? joined(choices, this.#choiceIndex)
      : this.#choiceIndex === undefined
        ? this.#pick(choices)
        : choices.find(({ index }) => index === this.#choiceIndex)
    const content = choice && this.#takeChoice(choice)
    const isThought = choices.some(choice => choice.isThought)
    const hasToken = choices.some(isToken)
    this.#hasBegun ||= hasToken
    const isMore = choice !== undefined && isToken(choice)
    if (isMore) this.#isFinished = false
    else if (choice?.finishReason !== undefined) this.#isFinished = true
    return { ...(content && { content }), isToken: hasToken, isMore, isThought }
  }

  /** The endpoint has sent its end. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /**
   * There is content and a finish reason. It is the end if silence follows: some servers send a reason in every chunk, or
   * in the first.
   */
  get isWhole(): boolean {
    return this.#hasAnswer && this.#finishReason !== undefined && !interruptions.has(this.#finishReason)
  }

  /** The finish reason is the last that came, so the answer is complete even if the connection breaks. */
  get isFinished(): boolean {
    return this.isWhole && this.#isFinished
  }

  /** The token counts, once the endpoint has ended the answer: until then they may be those of a part. */
  get finalUsage(): Usage | undefined {
    return this.#isEnded || this.#finishReason !== undefined ? this.#usage : undefined
  }

  /**
   * Returns the outcome of the whole answer.
   *
   * @throws {NoAnswer} `MODEL_CUT` when it has no sign of its end; when it has no content: `MODEL_REFUSED` ·
   *   `MODEL_TOOL_CALL` · `MODEL_EMPTY` · `MODEL_EMPTY_LENGTH` · `MODEL_UNREADABLE`
   */
  outcome(): Outcome {
    if (!this.#hasChoice) throw unreadableAnswer(this.#upstream, 'without choices')
    // Some servers omit one of the two signs, but never both; a proxy whose upstream dies ends its own stream cleanly.
    if (!this.#isEnded && this.#finishReason === undefined)
      throw truncatedAnswer(this.#upstream, 'no finish_reason and no [DONE]')
    if (interruptions.has(this.#finishReason ?? ''))
      throw truncatedAnswer(this.#upstream, `finish_reason ${this.#finishReason}`)
    if (!this.#hasAnswer) throw this.#emptyAnswer()
    return {
      model: this.#model,
      // Some endpoints never send a finish reason.
      finishReason: this.#finishReason ?? 'unknown',
      ...(this.#usage && { usage: this.#usage }),
      ...(this.#hasCalls && { toolCalls: this.#calls.all }),
    }
  }

  get #hasAnswer(): boolean {
    return this.#hasText || this.#hasCalls
  }

  /** Picks the first choice with content that is complete, else the first with content, else the first. */
  #pick(choices: readonly Choice[]): Choice | undefined {
    const withContent = choices.filter(
      ({ text, callParts }) => text.trim() !== '' || (this.#mayCall && callParts.length > 0),
    )
    return withContent.find(({ finishReason }) => finishReason === 'stop') ?? withContent[0] ?? choices[0]
  }

  #takeChoice(choice: Choice): string | Piece | undefined {
    this.#hasChoice = true
    this.#finishReason = this.#reasonAfter(choice)
    this.#callsTools ||= choice.callsTools
    this.#refusal += choice.refusal
    if (this.#wantsLogprobs) for (const logprob of choice.logprobs) this.#logprobs.push(logprob)
    const toolCalls = this.#mayCall ? this.#joiner.join(choice.callParts) : []
    this.#calls.add(toolCalls)
    this.#hasCalls ||= toolCalls.length > 0
    const text = this.#takeText(choice)
    if (!this.#hasAnswer) return undefined
    if (this.#hasText || !this.#isOneAnswer) this.#choiceIndex = choice.index
    const logprobs = this.#logprobs
    this.#logprobs = []
    if (toolCalls.length === 0 && logprobs.length === 0) return text
    return {
      ...(text !== '' && { text }),
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(logprobs.length > 0 && { logprobs }),
    }
  }

  #reasonAfter({ finishReason }: Choice): string | undefined {
    // The choice with the text stops, while another calls.
    const isCalling = this.#isOneAnswer && this.#finishReason === 'tool_calls' && finishReason === 'stop'
    return isCalling || finishReason === undefined ? this.#finishReason : this.#sanitize(finishReason)
  }

  #takeText({ text: part }: Choice): string {
    if (!this.#hasText && part.trim() === '') {
      this.#leadingSpace += part
      return ''
    }
    // Some servers silently ignore parameters that they do not know.
    if (!this.#hasText && this.#wantsLogprobs && this.#logprobs.length === 0)
      throw unsupported(this.#upstream, features.logprobs.lack)
    const text = this.#leadingSpace + part
    this.#leadingSpace = ''
    this.#hasText = true
    return text
  }

  #emptyAnswer(): NoAnswer {
    const { setting } = this.#upstream
    if (this.#refusal !== '' || this.#finishReason === 'content_filter') {
      const refusal = this.#sanitize(this.#refusal)
      return this.#error(
        'MODEL_REFUSED',
        `refused to answer${refusal && `: ${refusal}`}`,
        `the settings are fine; another ${setting('model')} may answer`,
      )
    }
    if (this.#callsTools || /^(tool_calls|function_call)$/.test(this.#finishReason ?? ''))
      return this.#error(
        'MODEL_TOOL_CALL',
        'called a tool instead of answering',
        `choose a ${setting('model')} or endpoint without tools of its own`,
      )
    if (this.#finishReason === 'length')
      return this.#error(
        'MODEL_EMPTY_LENGTH',
        'used up its tokens before the first word',
        `raise ${setting('maxTokens')}: a model that reasons counts its reasoning tokens too`,
      )
    return this.#error(
      'MODEL_EMPTY',
      'returned an empty answer',
      `try another ${setting('model')}, or other sampling settings`,
    )
  }

  #sanitize(text: string): string {
    return sanitizeText(text, this.#upstream.secrets)
  }

  #error(code: ModelCode, what: string, hint: string): NoAnswer {
    return new NoAnswer('upstream', `${this.#upstream.model} at ${this.#upstream.name} ${what}`, { code, hint })
  }
}

/**
 * Joins the choices of a document that are parts of one answer: the tool calls of all of them, and the text of one.
 *
 * @param textIndex the index of the choice whose text is taken; undefined: of the first that has any
 */
function joined(choices: readonly Choice[], textIndex: number | undefined): Choice | undefined {
  const mayHaveText = ({ index }: Choice) => textIndex === undefined || index === textIndex
  const withText = choices.find(choice => mayHaveText(choice) && choice.text.trim() !== '')
  const main = withText ?? choices.find(mayHaveText) ?? choices[0]
  if (main === undefined) return undefined
  const reasons = choices.flatMap(({ finishReason }) => finishReason ?? [])
  const calls = reasons.find(reason => reason === 'tool_calls')
  return {
    ...main,
    index: textIndex ?? main.index,
    ...(!mayHaveText(main) && { text: '', logprobs: [] }),
    callParts: choices.flatMap(({ callParts }) => callParts),
    callsTools: choices.some(({ callsTools }) => callsTools),
    ...optional('finishReason', calls ?? main.finishReason ?? reasons[0]),
  }
}

/** Finish reasons of a server that could not go on: OpenRouter · vLLM · DeepSeek. */
const interruptions = new Set(['error', 'abort', 'insufficient_system_resource'])
