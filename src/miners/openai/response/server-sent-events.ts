import { answerTooLarge } from '../errors/answer-errors.js'

/** One server-sent event; its name is empty unless the stream sets one. */
export type ServerSentEvent = { readonly name: string; readonly data: string }

/**
 * Parses server-sent events from bytes as they come. Ignores comments, ids and retries. The `openai` client has a parser
 * too, but does not report where in the bytes an event ended, which a relay needs to know.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class ServerSentEvents {
  readonly #maxLength: number
  readonly #decoder = new TextDecoder()
  /** the parts of the line whose end has not come; joined only at its end, since joining at each part would be quadratic */
  #lineParts: string[] = []
  #endsInReturn = false
  #name = ''
  #data: string[] = []
  /** characters of the current event so far */
  #length = 0

  /** @param maxLength characters of one event, including field names and comments */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Whether a line has begun whose end has not come. */
  get hasPartialLine(): boolean {
    return this.#lineParts.length > 0
  }

  /**
   * Yields the events that end in these bytes. Read it to its end before the next `push`.
   *
   * @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE`
   */
  *push(bytes: Uint8Array): Generator<ServerSentEvent, void> {
    let text = this.#decoder.decode(bytes, { stream: true })
    if (text === '') return
    if (this.#endsInReturn && text.startsWith('\n')) text = text.slice(1)
    this.#endsInReturn = text.endsWith('\r')
    const lines = text.split(/\r\n|\n|\r/)
    const partial = lines.pop()!
    for (const line of lines) yield* this.#endLine(line)
    if (partial !== '') this.#append(partial)
  }

  /** Yields the event that the end of the stream completes, if one has begun. */
  *end(): Generator<ServerSentEvent, void> {
    if (this.hasPartialLine) yield* this.#endLine('')
    yield* this.#endLine('')
  }

  #append(part: string): void {
    this.#length += part.length + 1
    if (this.#length > this.#maxLength) throw answerTooLarge(`an event of more than ${this.#maxLength} characters`)
    this.#lineParts.push(part)
  }

  *#endLine(part: string): Generator<ServerSentEvent, void> {
    this.#append(part)
    const line = this.#lineParts.join('')
    this.#lineParts = []
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
