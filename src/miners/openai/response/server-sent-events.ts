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
    for (const line of lines) {
      const event = this.#endLine(line)
      if (event) yield event
    }
    if (partial !== '') this.#append(partial)
  }

  /** Yields the event that the end of the stream completes, if one has begun. */
  *end(): Generator<ServerSentEvent, void> {
    if (this.hasPartialLine) this.#endLine('')
    const event = this.#endLine('')
    if (event) yield event
  }

  #append(part: string): void {
    this.#length += part.length + 1
    if (this.#length > this.#maxLength) throw answerTooLarge(`an event of more than ${this.#maxLength} characters`)
    this.#lineParts.push(part)
  }

  /** Ends the current line with this part, and returns the event that the line ends. */
  #endLine(part: string): ServerSentEvent | undefined {
    if (part === '' && !this.hasPartialLine) return this.#endEvent()
    this.#append(part)
    const line = this.#lineParts.join('')
    this.#lineParts = []
    if (line.startsWith('data')) this.#takeData(line)
    else if (line.startsWith('event')) this.#name = fieldValue(line, 'event') ?? this.#name
    return undefined
  }

  #takeData(line: string): void {
    const value = fieldValue(line, 'data')
    if (value !== undefined) this.#data.push(value)
  }

  #endEvent(): ServerSentEvent | undefined {
    const event = this.#data.length > 0 ? { name: this.#name, data: this.#data.join('\n') } : undefined
    this.#name = ''
    this.#data = []
    this.#length = 0
    return event
  }
}

/** Returns the value of a line if it has this field; the value is empty in a line that is the field's name only. */
function fieldValue(line: string, field: string): string | undefined {
  if (line.length === field.length) return ''
  if (line[field.length] !== ':') return undefined
  return line.slice(field.length + (line[field.length + 1] === ' ' ? 2 : 1))
}
