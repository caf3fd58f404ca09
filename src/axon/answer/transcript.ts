import { StringDecoder } from 'node:string_decoder'
import type { Piece, Question, ToolCall, ToolDelta } from '../../plugin/miner.js'
import { ToolCalls } from '../../plugin/tool-calls.js'
import type { ConversationRecord } from '../events.js'

/** The most that is kept of one answer, in bytes of UTF-8 or of a relay. */
const MAX_BYTES = 256 * 1024
/** What a tool call takes beside its texts, so that empty ones are bounded, too. */
const CALL_BYTES = 32

/** One question and its answer so far, for the channel of conversations. */
export class Transcript {
  readonly #question: Question
  /** of a relay */
  #decoder: StringDecoder | undefined
  #calls = new ToolCalls()
  #indexes = new Set<number>()
  #lacksCalls = false
  #text = ''
  /** the first half of a surrogate pair, whose second half the next piece has */
  #half = ''
  #bytes = 0
  #isTruncated = false

  constructor(question: Question) {
    this.#question = question
  }

  /** Adds a piece of the answer. */
  add({ text = '', toolCalls = [] }: Piece): void {
    if (text !== '') this.#addText(text)
    for (const call of toolCalls) this.#addCall(call)
  }

  /** Adds bytes of a relay. */
  addBytes(bytes: Uint8Array): void {
    this.#decoder ??= new StringDecoder('utf8')
    this.#text += this.#decoder.write(bytes.subarray(0, this.#room(bytes.length)))
  }

  /** Forgets the answer so far, which the miner begins anew. */
  clear(): void {
    this.#calls = new ToolCalls()
    this.#indexes.clear()
    this.#lacksCalls = false
    this.#text = ''
    this.#half = ''
    this.#bytes = 0
    this.#isTruncated = false
  }

  get conversation(): Omit<ConversationRecord, 'axon' | 'id'> {
    const toolCalls: readonly ToolCall[] = this.#calls.all
    return {
      question: this.#question,
      answer: this.#text + this.#half.toWellFormed(),
      isTruncated: this.#isTruncated,
      toolCalls,
    }
  }

  #addText(piece: string): void {
    const text = this.#half + piece
    const end = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length
    this.#half = text.slice(end)
    const whole = text.slice(0, end).toWellFormed()
    const size = Buffer.byteLength(whole)
    const room = this.#room(size)
    this.#text += room === size ? whole : new StringDecoder('utf8').write(Buffer.from(whole).subarray(0, room))
  }

  /** Adds a part of a tool call. After one that finds no room come none: they would be joined to what is before it. */
  #addCall(call: ToolDelta): void {
    const { index, id = '', name = '', arguments: text = '' } = call
    // Some servers repeat id and name in every part, of which the first ones are kept.
    const head = this.#indexes.has(index) ? 0 : CALL_BYTES + Buffer.byteLength(id) + Buffer.byteLength(name)
    const size = head + Buffer.byteLength(text)
    this.#lacksCalls ||= size > MAX_BYTES - this.#bytes
    if (this.#lacksCalls) {
      this.#isTruncated = true
      return
    }
    this.#bytes += size
    this.#indexes.add(index)
    this.#calls.add([head > 0 ? call : { index, arguments: text }])
  }

  /** Takes as many of `size` bytes as there is room for. */
  #room(size: number): number {
    const room = Math.min(size, MAX_BYTES - this.#bytes)
    this.#bytes += room
    if (room < size) this.#isTruncated = true
    return room
  }
}
