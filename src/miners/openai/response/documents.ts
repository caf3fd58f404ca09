import type { OpenAI } from 'openai'
import { CANCELLED, linkedController } from '../../../async/abortable.js'
import { MAX_TIMER_MS } from '../../../async/timeout.js'
import { answerTooLarge, truncatedAnswer, unreadableAnswer, unsupported } from '../errors/answer-errors.js'
import { sanitizeText, type Upstream } from '../errors/upstream.js'
import { whileConnecting } from '../http/connect-timeout.js'
import { wants } from '../request/features.js'
import type { ChatRequest } from '../request/model-request.js'
import { type ServerSentEvent, ServerSentEvents } from './server-sent-events.js'

/** Follows the last document when the endpoint itself said that it is the last. */
export const END = Symbol('end')

type ReadOptions = {
  readonly upstream: Upstream
  readonly signal: AbortSignal
  readonly connectTimeoutMs: number | null
  /** gives each chunk of a stream, too, behind the documents that end in it, to the end of the stream */
  readonly isRelay: boolean
  /** the largest whole document */
  readonly maxBytes?: number
  /** some of a whole document has come */
  onBytes(): void
}

/**
 * Asks, and gives the documents of the reply, parsed: the pieces of a stream as they come, or one whole completion,
 * with which some endpoints answer even when a stream was asked for. The connection is closed when this ends.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE` · `MODEL_ANSWER_TOO_LARGE` · `MODEL_UNSUPPORTED` for a whole document in a relay; else what the client throws, and for a whole document that is an error, the like
 * @throws the signal's reason
 */
export async function* documents(
  client: OpenAI,
  { path, body }: ChatRequest,
  { upstream, signal: outer, connectTimeoutMs, isRelay, maxBytes = MAX_BYTES, onBytes }: ReadOptions,
): AsyncGenerator<unknown, void> {
  using call = linkedController(outer)
  const { signal } = call
  let rest: ReadableStream | undefined
  try {
    // As a response, because the client's own stream says nothing of `[DONE]`, nor of the bytes.
    // The signal ends the call: a time-out of the client's own would race with it, and covers the head of a reply only.
    const options = { body, signal, timeout: MAX_TIMER_MS, maxRetries: 0 }
    const response = await whileConnecting({ upstream, timeoutMs: connectTimeoutMs }, () =>
      client.post(path, options).asResponse(),
    )
    const type = response.headers.get('content-type')?.replace(/;.*/s, '').trim().toLowerCase() || 'no content type'
    const named = sanitizeText(type, upstream.secrets)

    if (/^application\/(.+\+)?json$/.test(type)) {
      const document = whole(await textOf(response, maxBytes, onBytes), named, upstream)
      if (isRelay) throw unsupported(upstream, wants.stream.lack)
      yield document
      return yield END
    }
    if (type === 'text/html') throw unreadableAnswer(upstream, 'with a web page')
    if (!body.stream || !response.body) throw unreadableAnswer(upstream, `with ${named}`)

    const events = new ServerSentEvents(MAX_BYTES)
    const nothing = () => unreadableAnswer(upstream, `with ${named} and no event in it`)
    let isEmpty = true
    let isDone = false
    const documents = function* (found: Iterable<ServerSentEvent>) {
      for (const document of documentsOf(found)) {
        isDone = document === END
        if (isDone && isEmpty) throw nothing()
        isEmpty = false
        yield document
      }
    }
    for await (const chunk of response.body.values({ preventCancel: true })) {
      if (!isDone) yield* documents(events.push(chunk))
      if (isRelay) yield chunk
      if (!isDone || isRelay) continue
      rest = response.body
      break
    }
    if (!isDone) {
      const { isTorn } = events
      try {
        yield* documents(events.end())
      } catch (error) {
        throw error instanceof SyntaxError && isTorn ? truncatedAnswer(upstream, 'the last line is not whole') : error
      }
      // The last document was not there yet when its bytes were.
      if (isRelay) yield new Uint8Array()
    }
    if (isEmpty) throw nothing()
  } finally {
    if (rest) finish(rest, call)
    else call.abort(CANCELLED)
  }
}

async function textOf({ body }: Response, maxBytes: number, onBytes: () => void): Promise<string> {
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

// Of what is parsed at once, because nothing else goes on meanwhile: half a second at worst, where 32 MiB took eight
// (measured, with lists of empty objects).
const MAX_BYTES = 4 * 1024 * 1024

function whole(text: string, type: string, upstream: Upstream): object {
  const document: unknown = text === '' ? undefined : JSON.parse(text)
  if (typeof document !== 'object' || document === null) throw unreadableAnswer(upstream, `with ${type}`)
  refuseError(document)
  return document
}

function* documentsOf(events: Iterable<ServerSentEvent>): Generator<unknown, void> {
  for (const { name, data } of events) {
    if (data === '[DONE]') return yield END
    const document: unknown = JSON.parse(data)
    refuseError(document)
    if (name === 'error') throw errorDocument(document)
    yield document
  }
}

/** Some endpoints say 200 and mean an error. */
function refuseError(document: unknown): void {
  const isError = typeof document === 'object' && document !== null && 'error' in document && document.error
  if (isError) throw errorDocument(document.error)
}

function errorDocument(error: unknown): Error {
  return Object.assign(new Error('error document'), { error })
}

/**
 * Reads what stands behind `[DONE]`, which is nothing but the end: a connection that was read to it can be used again,
 * which saves the next question the way to a new one. A server that does not come to its end is not waited for.
 */
function finish(body: ReadableStream, call: AbortController): void {
  const timer = setTimeout(() => call.abort(CANCELLED), 100)
  const read = async () => {
    for await (const _ of body);
  }
  // That it broke off behind its end is no matter.
  read()
    .catch(() => {})
    .finally(() => {
      clearTimeout(timer)
      call.abort(CANCELLED)
    })
}
