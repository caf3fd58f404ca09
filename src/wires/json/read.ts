import { isUtf8 } from 'node:buffer'
import { Refusal } from '../refusal.js'
import { JsonNumber, type JsonObject, type JsonTree } from './tree.js'

/** Maximum nesting of arrays and objects. */
const MAX_DEPTH = 200
/**
 * A value of three bytes costs about a hundred in memory, and time at every later step. The longest real requests and
 * replies are lists of about ten thousand numbers; conversations have a few hundred values.
 */
const MAX_VALUES = 100_000
/** Python's own limit, because parsing an integer takes quadratic time there. */
const MAX_INTEGER_DIGITS = 4300

/**
 * Parses JSON as Python's `json.loads` does, without loss: `NaN`, `Infinity` and `-Infinity` are numbers, escaped lone
 * surrogates and a leading byte order mark are allowed. Unlike Python it accepts only UTF-8.
 *
 * @throws {Refusal} MALFORMED when it is not JSON, nests deeper than 200, has more than 100,000 values, or an integer
 *   of more than 4300 digits
 */
export function readJson(bytes: Uint8Array): JsonTree {
  if (!isUtf8(bytes)) throw malformed('it is not UTF-8')
  return new Reader(decoder.decode(bytes)).document()
}

const decoder = new TextDecoder()

class Reader {
  readonly #text: string
  #at = 0
  #values = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonTree {
    const tree = this.#value(0)
    this.#next()
    if (this.#at < this.#text.length) throw this.#unexpected()
    return tree
  }

  #value(depth: number): JsonTree {
    if (depth > MAX_DEPTH) throw malformed(`it nests deeper than ${MAX_DEPTH}`)
    if (++this.#values > MAX_VALUES) throw malformed(`it has more than ${MAX_VALUES} values`)
    switch (this.#next()) {
      case QUOTE:
        return this.#string()
      case OPEN_OBJECT:
        return this.#object(depth)
      case OPEN_ARRAY:
        return this.#array(depth)
      default:
        return this.#scalar()
    }
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonTree>()
    this.#at++
    if (this.#skip(CLOSE_OBJECT)) return members
    do {
      if (this.#next() !== QUOTE) throw this.#unexpected()
      const key = this.#string()
      if (!this.#skip(COLON)) throw this.#unexpected()
      members.set(key, this.#value(depth + 1))
    } while (this.#skip(COMMA))
    if (!this.#skip(CLOSE_OBJECT)) throw this.#unexpected()
    return members
  }

  #array(depth: number): readonly JsonTree[] {
    const items: JsonTree[] = []
    this.#at++
    if (this.#skip(CLOSE_ARRAY)) return items
    do items.push(this.#value(depth + 1))
    while (this.#skip(COMMA))
    if (!this.#skip(CLOSE_ARRAY)) throw this.#unexpected()
    return items
  }

  #string(): string {
    const start = this.#at + 1
    let end = this.#text.indexOf('"', start)
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1)
    if (end < 0) throw malformed('a string does not end')
    this.#at = end + 1
    const inner = this.#text.slice(start, end)
    if (!NEEDS_CARE.test(inner)) return inner
    try {
      return JSON.parse(`"${inner}"`)
    } catch {
      throw malformed(`the string at character ${start - 1} has a control character or a bad escape`)
    }
  }

  /** Returns whether an odd number of backslashes precedes the quote. Never counts a backslash twice. */
  #isEscaped(quote: number): boolean {
    let before = quote - 1
    while (this.#text.charCodeAt(before) === BACKSLASH) before--
    return (quote - before) % 2 === 0
  }

  #scalar(): JsonTree {
    SCALAR.lastIndex = this.#at
    const token = SCALAR.exec(this.#text)?.[0]
    if (token === undefined) throw this.#unexpected()
    this.#at += token.length
    if (token === 'true') return true
    if (token === 'false') return false
    if (token === 'null') return null
    const number = new JsonNumber(token)
    if (token.length > MAX_INTEGER_DIGITS && number.isInteger && token.replace('-', '').length > MAX_INTEGER_DIGITS) {
      throw malformed(`an integer has more than ${MAX_INTEGER_DIGITS} digits`)
    }
    return number
  }

  /** Returns the next character that is not white space, without consuming it. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
      this.#at++
    }
  }

  /** Consumes the next character if it is this one. */
  #skip(code: number): boolean {
    if (this.#next() !== code) return false
    this.#at++
    return true
  }

  #unexpected(): Refusal {
    const what = this.#at < this.#text.length ? 'something unexpected' : 'the end'
    return malformed(`${what} at character ${this.#at}`)
  }
}

/** Matches a control character or a backslash, written as the complement of all others. */
const NEEDS_CARE = /[^ -[\]-\uffff]/
const SCALAR = /true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

function malformed(why: string): Refusal {
  return new Refusal('MALFORMED', `The body is not JSON: ${why}`)
}
