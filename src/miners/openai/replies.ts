import type { OpenAI } from 'openai'
import { type Upstream, unreadable, upstreamWords } from './upstream.js'

/**
 * Asks, and gives the documents of the reply, parsed: the pieces of a stream as they come, or one whole completion,
 * with which some endpoints answer even when a stream was asked for. Ends silently when the signal aborts.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE`; else what the client throws, and for a whole document that is an error, the like
 */
export async function* replies(
  client: OpenAI,
  request: OpenAI.ChatCompletionCreateParams,
  { upstream, signal }: { readonly upstream: Upstream; readonly signal: AbortSignal },
): AsyncGenerator<unknown, void> {
  const { data, response } = await client.chat.completions
    .create(request, { signal, timeout: LONGEST, maxRetries: 0 })
    .withResponse()
  const type = response.headers.get('content-type')?.replace(/;.*/, '').trim().toLowerCase() || 'no content type'
  const named = upstreamWords(type, upstream.secrets)

  if (!isStream(data)) return yield whole(data, named, upstream)
  if (/^application\/(.+\+)?json$/.test(type)) return yield whole(JSON.parse(await response.text()), named, upstream)
  if (type === 'text/html') throw unreadable(upstream, 'with a web page')
  let isEmpty = true
  for await (const piece of data) {
    isEmpty = false
    yield piece
  }
  if (isEmpty && !signal.aborted) throw unreadable(upstream, `with ${named} and no event in it`)
}

// The signal ends the call; a time-out of the client's own would only race with it, and ends with the head of a reply.
const LONGEST = 2 ** 31 - 1

function whole(document: unknown, type: string, upstream: Upstream): object {
  if (typeof document !== 'object' || document === null) throw unreadable(upstream, `with ${type}`)
  // Some endpoints say 200 and mean an error.
  if ('error' in document && document.error) throw Object.assign(new Error('error document'), { error: document.error })
  return document
}

function isStream(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data
}
