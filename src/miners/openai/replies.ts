import type { OpenAI } from 'openai'
import { whileConnecting } from './connections.js'
import type { ModelRequest } from './model-request.js'
import { cut, type Upstream, unreadable, upstreamWords } from './upstream.js'

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
 * @throws {NoAnswer} `MODEL_UNREADABLE`; else what the client throws, and for a whole document that is an error, the like
 * @throws the signal's reason
 */
export async function* replies(
  client: OpenAI,
  { path, body }: ModelRequest,
  { upstream, signal: outer, connectTimeoutMs, onBytes }: Listening,
): AsyncGenerator<unknown, void> {
  const call = new AbortController()
  const signal = AbortSignal.any([outer, call.signal])
  try {
    // As a response, because the client's own stream reads into pieces without looking, and says nothing of `[DONE]`.
    const options = { body, signal, timeout: LONGEST, maxRetries: 0 }
    const response = await whileConnecting({ host: upstream.host, timeoutMs: connectTimeoutMs, signal }, () =>
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
    const watch = watchForEnd()
    const events = new Response(response.body.pipeThrough(watch.through), response)
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
    if (watch.isDone()) yield END
  } finally {
    call.abort()
  }
}

// The signal ends the call; a time-out of the client's own would only race with it, and ends with the head of a reply.
const LONGEST = 2 ** 31 - 1

async function textOf({ body }: Response, onBytes: () => void): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body ?? []) {
    onBytes()
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function whole(text: string, type: string, upstream: Upstream): object {
  const document: unknown = text === '' ? undefined : JSON.parse(text)
  if (typeof document !== 'object' || document === null) throw unreadable(upstream, `with ${type}`)
  // Some endpoints say 200 and mean an error.
  if ('error' in document && document.error) throw Object.assign(new Error('error document'), { error: document.error })
  return document
}

/**
 * Lets a stream through, and knows whether the line `data: [DONE]` was in it (JSON cannot hold it: it has no line ends)
 * and whether it ended in the middle of a line.
 */
function watchForEnd() {
  let isDone = false
  let isTorn = false
  let last = '\n'
  const through = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      const text = last + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
      isDone ||= /[\r\n]data: ?\[DONE\]/.test(text)
      last = text.slice(-'\ndata: [DONE]'.length)
      controller.enqueue(chunk)
    },
    flush() {
      isTorn = !/[\r\n]$/.test(last)
    },
  })
  return { through, isDone: () => isDone, isTorn: () => isTorn }
}
