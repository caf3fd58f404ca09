import type { Outcome, Usage } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { END } from './replies.js'
import { type Choice, readReply } from './reply.js'
import { cut, type Upstream, unreadable, upstreamWords } from './upstream.js'

/** One answer as its documents come in: gives its text on, and says in the end how it ended, or why it is none. */
export class Answer {
  readonly #upstream: Upstream
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
  #hasText = false

  constructor(upstream: Upstream) {
    this.#upstream = upstream
    this.#model = upstream.model
  }

  /**
   * @param document as the endpoint sent it, or `END`
   * @returns the text to give on, empty when there is none yet; and whether the model has said or thought anything
   */
  take(document: unknown): { readonly text: string; readonly isToken: boolean } {
    this.#isEnded ||= document === END
    const { model, usage, choices } = readReply(document)
    this.#model = model ?? this.#model
    this.#usage = usage ?? this.#usage
    const choice = this.#given === undefined ? pick(choices) : choices.find(({ index }) => index === this.#given)
    return { text: choice ? this.#takeChoice(choice) : '', isToken: choices.some(isToken) }
  }

  /** It has said why it stopped: what may still come is usage. */
  get isWhole(): boolean {
    return this.#hasText && this.#finishReason !== undefined && !interruptions.has(this.#finishReason)
  }

  /**
   * @throws {NoAnswer} `MODEL_CUT` when nothing says that this is all; when no word was said: `MODEL_REFUSED` ·
   * `MODEL_TOOL_CALL` · `MODEL_EMPTY` · `MODEL_EMPTY_LENGTH` · `MODEL_UNREADABLE`
   */
  outcome(): Outcome {
    if (!this.#hasChoice) throw unreadable(this.#upstream, 'without choices')
    // Each sign is missing somewhere, but not both; a proxy whose upstream dies ends its own stream as if it were whole.
    if (!this.#isEnded && this.#finishReason === undefined) throw cut(this.#upstream, 'no finish_reason and no [DONE]')
    if (interruptions.has(this.#finishReason ?? '')) throw cut(this.#upstream, `finish_reason ${this.#finishReason}`)
    if (!this.#hasText) throw this.#wordless()
    return {
      model: this.#model,
      // Some endpoints never say why they stopped.
      finishReason: this.#finishReason ?? 'unknown',
      ...(this.#usage && { usage: this.#usage }),
    }
  }

  #takeChoice(choice: Choice): string {
    this.#hasChoice = true
    this.#finishReason = choice.finishReason ?? this.#finishReason
    this.#callsTools ||= choice.callsTools
    this.#refusal += choice.refusal
    if (!this.#hasText && choice.text.trim() === '') {
      this.#held += choice.text
      return ''
    }
    const text = this.#held + choice.text
    this.#held = ''
    this.#hasText = true
    this.#given = choice.index
    return text
  }

  #wordless(): NoAnswer {
    const { setting } = this.#upstream
    if (this.#refusal !== '' || this.#finishReason === 'content_filter') {
      const words = upstreamWords(this.#refusal, this.#upstream.secrets)
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

  #none(code: string, what: string, hint: string): NoAnswer {
    return new NoAnswer('upstream', `${this.#upstream.model} at ${this.#upstream.name} ${what}`, { code, hint })
  }
}

/** Said in place of a reason by a server that could not go on: OpenRouter · vLLM · DeepSeek. */
const interruptions = new Set(['error', 'abort', 'insufficient_system_resource'])

/** The first that is complete, else the first that says anything. */
function pick(choices: readonly Choice[]): Choice | undefined {
  const speaking = choices.filter(({ text }) => text.trim() !== '')
  return speaking.find(({ finishReason }) => finishReason === 'stop') ?? speaking[0] ?? choices[0]
}

function isToken({ text, refusal, callsTools, thinks }: Choice): boolean {
  return text !== '' || refusal !== '' || callsTools || thinks
}
