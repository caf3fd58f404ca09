import { answerTooLarge } from '../errors/answer-errors.js'

/** An event of a stream; its name is empty unless the stream tells one. */
export type ServerSentEvent = { readonly name: string; readonly data: string }

/**
 * Finds server-sent events in bytes as they come. Of what a stream may say beside them (comments, ids, retries) nothing
 * is kept. The client of `openai` has a reader too, but does not tell where in the bytes an event ended, which whoever
 * relays them has to know.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class ServerSentEvents {
  readonly #maxLength: number
  readonly #decoder = new TextDecoder()
  /** of a line whose end has not come, in the parts in which it came: to join them each time would be quadratic */
  #begun: string[] = []
  #endsInReturn = false
  #name = ''
  #data: string[] = []
  /** characters of the event that has begun */
  #length = 0

  /** @param maxLength characters of one event, with all that stands in it */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Has a line begun that has no end? */
  get isTorn(): boolean {
    return this.#begun.length > 0
  }

  /**
   * The events that end in these bytes. To be read to its end before the next bytes are.
   *
   * @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE`
   */
  *push(bytes: Uint8Array): Generator<ServerSentEvent, void> {
    let text = this.#decoder.decode(bytes, { stream: true })
    if (text === '') return
    if (this.#endsInReturn && text.startsWith('\n')) text = text.slice(1)
    this.#endsInReturn = text.endsWith('\r')
    const lines = text.split(/\r\n|\n|\r/)
    const begun = lines.pop()!
    for (const line of lines) yield* this.#endLine(line)
    if (begun !== '') this.#begin(begun)
  }

  /** The event that the end of the stream ends, if one had begun. */
  *end(): Generator<ServerSentEvent, void> {
    if (this.isTorn) yield* this.#endLine('')
    yield* this.#endLine('')
  }

  #begin(part: string): void {
    this.#length += part.length + 1
    if (this.#length > this.#maxLength) throw answerTooLarge(`an event of more than ${this.#maxLength} characters`)
    this.#begun.push(part)
  }

  *#endLine(part: string): Generator<ServerSentEvent, void> {
    this.#begin(part)
    const line = this.#begun.join('')
    this.#begun = []
    if (line === '') return yield* this.#endEvent()
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
    if (field === 'data') this.#data.push(value)
    if (field === 'event') this.#name = value
  }

  *#endEvent(): Generator<ServerSentEvent, void> {
    const event = { name: this.#name, data: this.#data.join('\n') }
    const isEvent = this.#data.length > 0
    this.#name = ''
    this.#data = []
    this.#length = 0
    if (isEvent) yield event
  }
}
