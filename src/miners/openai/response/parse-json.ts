import { answerTooLarge } from '../errors/answer-errors.js'

/**
 * Parses JSON of an endpoint, within a bound on its lists and objects. Parsing holds the thread, and each of them takes
 * about ten times as long as the characters of a text: a stream of 4 MiB with one in every three bytes took half a second.
 *
 * @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE`
 * @throws {SyntaxError} when the text is not JSON
 */
export function parseJson(text: string): unknown {
  if (text.length > MAX_PARTS && countParts(text) > MAX_PARTS)
    throw answerTooLarge(`a document of more than ${MAX_PARTS} lists and objects`)
  return JSON.parse(text)
}

/** The log-probabilities of an answer have the most: an entry has at least thirty characters, so 4 MiB have 140,000. */
const MAX_PARTS = 150_000

/** Counts opening brackets and braces, also those within strings. */
function countParts(text: string): number {
  let count = 0
  for (const mark of ['[', '{']) for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) count++
  return count
}
