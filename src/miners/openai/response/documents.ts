import { setImmediate as turn } from 'node:timers/promises'
import { CANCELLED, linkedController } from '../../../async/abortable.js'
import { MAX_TIMER_MS } from '../../../async/timeout.js'
import { answerTooLarge, truncatedAnswer, unreadableAnswer, unsupported } from '../errors/answer-errors.js'
import { sanitizeText, type Upstream } from '../errors/upstream.js'
import type { ModelClient } from '../http/client.js'
import { whileConnecting } from '../http/connect-timeout.js'
import { features } from '../request/features.js'
import type { ChatRequest } from '../request/model-request.js'
import { errorInDocument } from './error-in-document.js'
import { asRecord } from './loose-json.js'
import { MislabelledJson } from './mislabelled-json.js'
import { parseJson } from './parse-json.js'
import { type ServerSentEvent, ServerSentEvents } from './server-sent-events.js'

/** Yielded after the last document when the endpoint itself marks the end. */
export const END = Symbol('end')

type ReadOptions = {
  readonly upstream: Upstream
  readonly signal: AbortSignal
  readonly connectTimeoutMs: number | null
  /** also yields each chunk of bytes, after the documents that end in it, to the end of the stream */
  readonly isRelay: boolean
  /** of a whole document */
  readonly maxBytes?: number
  /** called when bytes of a whole document arrive */
  onBytes(): void
}

/**
 * Sends a request, and yields the parsed documents of the reply: the chunks of a stream as they come, or one whole
 * completion, which some endpoints return even when a stream was asked for. Closes the connection at its end.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE` · `MODEL_ANSWER_TOO_LARGE` · `MODEL_UNSUPPORTED` for a whole document in a relay
 * @throws what the client throws; for a document that is an error, an error of the same shape
 * @throws the signal's reason
 */
export async function* documents(
  client: ModelClient,
  { path, body }: ChatRequest,
  { upstream, signal: outer, connectTimeoutMs, isRelay, maxBytes = MAX_BYTES, onBytes }: ReadOptions,
): AsyncGenerator<unknown, void> {
  using call = linkedController(outer)
  const { signal } = call
  let unread: ReadableStream | undefined
  try {
    // As a raw response, because the client's own stream hides `[DONE]` and the bytes.
    // The signal ends the call: the client's own timeout would race with it, and covers only the head of a reply.
    const options = { body, signal, timeout: MAX_TIMER_MS, maxRetries: 0 }
    const response = await whileConnecting({ upstream, timeoutMs: connectTimeoutMs }, () =>
      client.post(path, options).asResponse(),
    )
    const type = response.headers.get('content-type')?.replace(/;.*/s, '').trim().toLowerCase() || 'no content type'
    const safeType = sanitizeText(type, upstream.secrets)

    const readWhole = function* (text: string) {
      const document = parseWhole(text, safeType, upstream)
      if (isRelay) throw unsupported(upstream, features.stream.lack)
      yield document
      yield END
    }
    const isJson = /^(application|text)\/(.+\+)?json$/.test(type)
    if (isJson && !body.stream) return yield* readWhole(await readText(response, maxBytes, onBytes))
    if (type === 'text/html') throw unreadableAnswer(upstream, 'with a web page')
    const json = new MislabelledJson(maxBytes)
    if (!body.stream || !response.body) {
      for await (const chunk of response.body ?? [])
        if (json.push(chunk)) onBytes()
        else if (json.isOther) break
      if (json.text === undefined) throw unreadableAnswer(upstream, `with ${safeType}`)
      return yield* readWhole(json.text)
    }

    const events = new ServerSentEvents(MAX_BYTES)
    const noEvents = () =>
      unreadableAnswer(upstream, isJson ? 'with malformed JSON' : `with ${safeType} and no event in it`)
    let isEmpty = true
    let isDone = false
    let sinceTurn = 0
    const parse = function* (found: Iterable<ServerSentEvent>) {
      for (const document of documentsOf(found)) {
        isDone = document === END
        if (isDone && isEmpty) throw noEvents()
        isEmpty = false
        yield document
      }
    }
    for await (const chunk of response.body.values({ preventCancel: true })) {
      if (isEmpty && json.push(chunk)) onBytes()
      for (let at = 0; at < chunk.length && !isDone; at += SLICE_BYTES) {
        const slice = chunk.subarray(at, at + SLICE_BYTES)
        yield* parse(events.push(slice))
        sinceTurn += slice.length
        if (sinceTurn < SLICE_BYTES) continue
        await turn()
        sinceTurn = 0
      }
      if (isRelay) yield chunk
      if (!isDone || isRelay) continue
      unread = response.body
      break
    }
    if (!isDone) {
      const { hasPartialLine } = events
      try {
        yield* parse(events.end())
      } catch (error) {
        throw error instanceof SyntaxError && hasPartialLine
          ? truncatedAnswer(upstream, 'the last line is incomplete')
          : error
      }
      // The last document was parsed after its bytes had been yielded: let the reader flush.
      if (isRelay) yield new Uint8Array()
    }
    const { text } = json
    if (isEmpty && text !== undefined) return yield* readWhole(text)
    if (isEmpty) throw noEvents()
  } finally {
    if (unread) drain(unread, call)
    else call.abort(CANCELLED)
  }
}

/** Reads a whole body. @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE` */
export async function readText({ body }: Response, maxBytes: number, onBytes: () => void): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    onBytes()
    size += chunk.byteLength
    if (size > maxBytes) throw answerTooLarge(`a document of more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

// Parsing one document holds the thread: for some 20 ms at this size (see `parseJson`).
const MAX_BYTES = 4 * 1024 * 1024

// Others get a turn after this many bytes of a stream: with an event in every eleven bytes they take about 5 ms, where
// the bytes that arrive at once would take up to a second.
const SLICE_BYTES = 16 * 1024

function parseWhole(text: string, type: string, upstream: Upstream): object {
  const parsed: unknown = text === '' ? undefined : parseJson(text)
  // Gemini sends errors in a list.
  const document: unknown = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed
  if (typeof document !== 'object' || document === null) throw unreadableAnswer(upstream, `with ${type}`)
  throwIfError(document, { isWhole: true })
  return document
}

function* documentsOf(events: Iterable<ServerSentEvent>): Generator<unknown, void> {
  for (const event of events) {
    const data = event.data.trim()
    if (data === '[DONE]') return yield END
    if (event.name === 'error') throw errorEvent(data)
    if (data === '') continue // some servers keep the connection alive with them
    const isOther = event.name !== '' && event.name !== 'message'
    const document: unknown = isOther ? parseOther(data) : parseJson(data)
    throwIfError(document)
    if (isOther && !hasChoices(document)) continue
    yield document
  }
}

/** Parses an event of another name, such as a ping or a status: it may have any data, JSON or not. */
function parseOther(data: string): unknown {
  try {
    return parseJson(data)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function hasChoices(document: unknown): boolean {
  return Array.isArray(asRecord(document).choices)
}

/** Returns the error in an event named `error`: a document that has it or is it, or plain text. */
function errorEvent(data: string): Error {
  const document = parseOther(data) ?? data
  return errorDocument(asRecord(document).error || document)
}

/** Throws the error in a document: some endpoints send one with status 200. */
function throwIfError(document: unknown, { isWhole } = { isWhole: false }): void {
  const error = errorInDocument(document, { isWhole })
  if (error !== undefined) throw errorDocument(error)
}

function errorDocument(error: unknown): Error {
  return Object.assign(new Error('error document'), { error })
}

/**
 * Reads the body from `[DONE]` to its end, in the background, so that the next question can reuse the connection. Aborts
 * the call after 100 ms. Not `timeoutSignal`: the timer must abort this controller, which is the call's own.
 */
function drain(body: ReadableStream, call: AbortController): void {
  const timer = setTimeout(() => call.abort(CANCELLED), 100)
  const read = async () => {
    for await (const _ of body);
  }
  // An error after `[DONE]` does not matter.
  read()
    .catch(() => {})
    .finally(() => {
      clearTimeout(timer)
      call.abort(CANCELLED)
    })
}
