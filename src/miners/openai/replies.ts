import type { OpenAI } from 'openai'
import { whileConnecting } from './connections.js'
import type { ModelRequest } from './model-request.js'
import { cut, tooLarge, type Upstream, unreadable, upstreamWords } from './upstream.js'

/** Follows the last document when the endpoint itself said that it is the last. */
export const END = Symbol('end')

type Listening = {
  readonly upstream: Upstream
  readonly signal: AbortSignal
  readonly connectTimeoutMs: number | null
  /** some of a whole document has come */
  onBytes(): void
}

/**
 * Asks, and gives the documents of the reply, parsed: the pieces of a stream as they come, or one whole completion,
 * with which some endpoints answer even when a stream was asked for. The connection is closed when this ends.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE` · `MODEL_ANSWER_TOO_LARGE`; else what the client throws, and for a whole document that is an error, the like
 * @throws the signal's reason
 */
export async function* replies(
  client: OpenAI,
  { path, body }: ModelRequest,
  { upstream, signal: outer, connectTimeoutMs, onBytes }: Listening,
): AsyncGenerator<unknown, void> {
  const call = new AbortController()
  const signal = AbortSignal.any([outer, call.signal])
  let rest: ReadableStream | undefined
  try {
    // As a response, because the client's own stream reads into pieces without looking, and says nothing of `[DONE]`.
    const options = { body, signal, timeout: LONGEST, maxRetries: 0 }
    const response = await whileConnecting({ upstream, timeoutMs: connectTimeoutMs, signal }, () =>
      client.post(path, options).asResponse(),
    )
    const type = response.headers.get('content-type')?.replace(/;.*/s, '').trim().toLowerCase() || 'no content type'
    const named = upstreamWords(type, upstream.secrets)

    if (/^application\/(.+\+)?json$/.test(type)) {
      yield whole(await textOf(response, onBytes), named, upstream)
      return yield END
    }
    if (type === 'text/html') throw unreadable(upstream, 'with a web page')
    if (!body.stream || !response.body) throw unreadable(upstream, `with ${named}`)

    const { Stream } = await import('openai/core/streaming')
    const watch = watchForEnd(response.body)
    const events = new Response(watch.stream, response)
    let isEmpty = true
    try {
      for await (const piece of Stream.fromSSEResponse(events, call, client)) {
        outer.throwIfAborted()
        isEmpty = false
        yield piece
      }
    } catch (error) {
      // It reads what stands behind the last line end, too.
      throw error instanceof SyntaxError && watch.isTorn() ? cut(upstream, 'the last line is not whole') : error
    }
    outer.throwIfAborted() // a stream that is aborted ends as if it were whole
    if (isEmpty) throw unreadable(upstream, `with ${named} and no event in it`)
    if (!watch.isDone()) return
    rest = response.body
    yield END
  } finally {
    if (rest) finish(rest, call)
    else call.abort()
  }
}

// The signal ends the call; a time-out of the client's own would only race with it, and ends with the head of a reply.
const LONGEST = 2 ** 31 - 1

async function textOf({ body }: Response, onBytes: () => void): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    onBytes()
    size = bounded(size + chunk.byteLength)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

// Of what is parsed at once, because nothing else goes on meanwhile: half a second at worst, where 32 MiB took eight
// (measured, with lists of empty objects).
const MAX_BYTES = 4 * 1024 * 1024

function bounded(bytes: number): number {
  if (bytes > MAX_BYTES) throw tooLarge(`a document of more than ${MAX_BYTES} bytes`)
  return bytes
}

function whole(text: string, type: string, upstream: Upstream): object {
  const document: unknown = text === '' ? undefined : JSON.parse(text)
  if (typeof document !== 'object' || document === null) throw unreadable(upstream, `with ${type}`)
  // Some endpoints say 200 and mean an error.
  if ('error' in document && document.error) throw Object.assign(new Error('error document'), { error: document.error })
  return document
}

/**
 * Reads a stream, and knows whether the line `data: [DONE]` was in it (JSON cannot hold it: it has no line ends) and
 * whether it ended in the middle of a line. No event of it is longer than what may be parsed. Who stops reading leaves
 * the rest of it for {@link finish}.
 */
function watchForEnd(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let isDone = false
  let isTorn = false
  async function* watched() {
    let last = '\n'
    let eventBytes = 0
    for await (const chunk of body.values({ preventCancel: true })) {
      const text = last + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
      isDone ||= /[\r\n]data: ?\[DONE\]/.test(text)
      const blankLine = Math.max(...['\n\n', '\r\r', '\n\r\n'].map(end => text.lastIndexOf(end)))
      eventBytes = bounded(blankLine < 0 ? eventBytes + chunk.byteLength : text.length - blankLine)
      last = text.slice(-'\ndata: [DONE]'.length)
      yield chunk
    }
    isTorn = !/[\r\n]$/.test(last)
  }
  return { stream: ReadableStream.from(watched()), isDone: () => isDone, isTorn: () => isTorn }
}

/**
 * Reads what stands behind `[DONE]`, which is nothing but the end: a connection that was read to it can be used again,
 * which saves the next question the way to a new one. A server that does not come to its end is not waited for.
 */
function finish(body: ReadableStream, call: AbortController): void {
  const timer = setTimeout(() => call.abort(), 100)
  const read = async () => {
    for await (const _ of body);
  }
  // That it broke off behind its end is no matter.
  read()
    .catch(() => {})
    .finally(() => {
      clearTimeout(timer)
      call.abort()
    })
}
