import type { OpenAI } from 'openai'
import { type Upstream, unreadable, upstreamWords } from './upstream.js'

/** Follows the last document when the endpoint itself said that it is the last. */
export const END = Symbol('end')

/**
 * Asks, and gives the documents of the reply, parsed: the pieces of a stream as they come, or one whole completion,
 * with which some endpoints answer even when a stream was asked for. The connection is closed when this ends.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE`; else what the client throws, and for a whole document that is an error, the like
 * @throws the signal's reason
 */
export async function* replies(
  client: OpenAI,
  request: OpenAI.ChatCompletionCreateParams,
  { upstream, signal }: { readonly upstream: Upstream; readonly signal: AbortSignal },
): AsyncGenerator<unknown, void> {
  const call = new AbortController()
  const options = { signal: AbortSignal.any([signal, call.signal]), timeout: LONGEST, maxRetries: 0 }
  try {
    // As a response, because the client's own stream reads into pieces without looking, and says nothing of `[DONE]`.
    const response = await client.chat.completions.create(request, options).asResponse()
    const type = response.headers.get('content-type')?.replace(/;.*/s, '').trim().toLowerCase() || 'no content type'
    const named = upstreamWords(type, upstream.secrets)

    if (/^application\/(.+\+)?json$/.test(type)) {
      yield whole(await response.text(), named, upstream)
      return yield END
    }
    if (type === 'text/html') throw unreadable(upstream, 'with a web page')
    if (!request.stream || !response.body) throw unreadable(upstream, `with ${named}`)

    const { Stream } = await import('openai/core/streaming')
    const watch = watchForDone()
    const events = new Response(response.body.pipeThrough(watch.through), response)
    let isEmpty = true
    for await (const piece of Stream.fromSSEResponse(events, call, client)) {
      signal.throwIfAborted()
      isEmpty = false
      yield piece
    }
    signal.throwIfAborted() // a stream that is aborted ends as if it were whole
    if (isEmpty) throw unreadable(upstream, `with ${named} and no event in it`)
    if (watch.isDone()) yield END
  } finally {
    call.abort()
  }
}

// The signal ends the call; a time-out of the client's own would only race with it, and ends with the head of a reply.
const LONGEST = 2 ** 31 - 1

function whole(text: string, type: string, upstream: Upstream): object {
  const document: unknown = text === '' ? undefined : JSON.parse(text)
  if (typeof document !== 'object' || document === null) throw unreadable(upstream, `with ${type}`)
  // Some endpoints say 200 and mean an error.
  if ('error' in document && document.error) throw Object.assign(new Error('error document'), { error: document.error })
  return document
}

/** Lets a stream through, and knows whether the line `data: [DONE]` was in it. JSON cannot hold it: it has no line ends. */
function watchForDone() {
  let isDone = false
  let last = '\n'
  const through = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      const text = last + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
      isDone ||= /[\r\n]data: ?\[DONE\]/.test(text)
      last = text.slice(-'\ndata: [DONE]'.length)
      controller.enqueue(chunk)
    },
  })
  return { through, isDone: () => isDone }
}
