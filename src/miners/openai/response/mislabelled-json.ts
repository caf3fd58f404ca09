import { answerTooLarge } from '../errors/answer-errors.js'

/** Collects a body that is one JSON document although its type promises a stream or plain text. */
export class MislabelledJson {
  readonly #maxBytes: number
  readonly #chunks: Uint8Array[] = []
  #size = 0
  /** unknown before the first character that is not white space */
  #isJson: boolean | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * Takes the next bytes, and returns whether they belong to a document.
   *
   * @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE`
   */
  push(chunk: Uint8Array): boolean {
    const first = this.#isJson === undefined ? chunk.find(byte => !blanks.has(byte)) : undefined
    // A line of an event stream begins with the name of a field.
    if (first !== undefined) this.#isJson = first === OPENING_BRACE || first === OPENING_BRACKET
    if (!this.#isJson) return false
    this.#size += chunk.byteLength
    if (this.#size > this.#maxBytes) throw answerTooLarge(`a document of more than ${this.#maxBytes} bytes`)
    this.#chunks.push(chunk)
    return true
  }

  /** The body has begun, and not with a document. */
  get isOther(): boolean {
    return this.#isJson === false
  }

  /** The document's text; undefined when the body is something else. */
  get text(): string | undefined {
    return this.#isJson ? new TextDecoder().decode(Buffer.concat(this.#chunks)) : undefined
  }
}

const OPENING_BRACE = 0x7b
const OPENING_BRACKET = 0x5b

/** White space, and the bytes of a byte order mark. */
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf])
