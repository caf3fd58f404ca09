import { StringDecoder } from 'node:string_decoder'
import type { Piece, Question, ToolCall } from '../../plugin/miner.js'
import { ToolCalls } from '../../plugin/tool-calls.js'
import type { ConversationRecord } from '../events.js'

/** The most that is kept of one answer, in bytes of UTF-8 or of a relay. */
const MAX_BYTES = 256 * 1024

/** One question and its answer so far, for the channel of conversations. */
export class Transcript {
  readonly #question: Question
  readonly #decoder = new StringDecoder('utf8')
  readonly #calls = new ToolCalls()
  #text = ''
  #bytes = 0
  #isTruncated = false

  constructor(question: Question) {
    this.#question = question
  }

  /** Adds a piece of the answer, or the whole answer. */
  add({ text = '', toolCalls = [] }: Piece): void {
    if (text !== '') this.addBytes(Buffer.from(text))
    const size = toolCalls.reduce((sum, call) => sum + Buffer.byteLength(call.arguments ?? ''), 0)
    if (this.#room(size) === size) this.#calls.add(toolCalls)
  }

  /** Adds bytes of a relay. */
  addBytes(bytes: Uint8Array): void {
    this.#text += this.#decoder.write(bytes.subarray(0, this.#room(bytes.length)))
  }

  get conversation(): Omit<ConversationRecord, 'axon' | 'id'> {
    const toolCalls: readonly ToolCall[] = this.#calls.all
    return { question: this.#question, answer: this.#text, isTruncated: this.#isTruncated, toolCalls }
  }

  /** Takes as many of `size` bytes as there is room for. */
  #room(size: number): number {
    const room = Math.min(size, MAX_BYTES - this.#bytes)
    this.#bytes += room
    if (room < size) this.#isTruncated = true
    return room
  }
}
