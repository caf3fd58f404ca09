import { NoAnswer } from '../../plugin/no-answer.js'
import { tooLarge } from './upstream.js'

/**
 * `fetch`, whose bodies are bounded, which the client itself does not do. An answer ends with an error at 32 MiB, counted after decompression: about 100,000 streamed tokens, each
 * in an event of some 300 bytes. An error is cut after 64 KiB or a second: its status is known, and it gets no better.
 *
 * @throws {NoAnswer} `MODEL_FAILED` for a status that is none · `MODEL_ANSWER_TOO_LARGE` while the body is read
 */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (response.status > 599) {
    cancel(response.body)
    throw new NoAnswer('upstream', `the endpoint answered with status ${response.status}, which HTTP does not have`, {
      code: 'MODEL_FAILED',
      hint: 'check its base URL; some proxies refuse with a status of their own',
    })
  }
  if (!response.body) return response
  // Without its reason phrase: `Response` throws at one in UTF-8, and nobody reads it.
  const { status, headers } = response
  return new Response(response.ok ? response.body.pipeThrough(limit()) : await beginning(response.body), {
    status,
    headers,
  })
}

const maxBytes = 32 * 1024 * 1024

function limit() {
  let left = maxBytes
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      left -= chunk.byteLength
      if (left >= 0) return controller.enqueue(chunk)
      throw tooLarge(`more than ${maxBytes} bytes`)
    },
  })
}

async function beginning(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const reader = body.getReader()
  const timer = setTimeout(() => cancel(reader), 1000) // ends the read that waits
  const chunks: Uint8Array<ArrayBuffer>[] = []
  try {
    for (let size = 0; size < 64 * 1024; ) {
      const { done, value } = await reader.read()
      if (done) break
      chunks.push(value)
      size += value.byteLength
    }
  } catch {
    // A body that breaks off has said what it will say.
  } finally {
    clearTimeout(timer)
    cancel(reader)
  }
  return unlisted(Buffer.concat(chunks).toString())
}

/** Gemini's error is an object in a list (`[{"error": …}]`), in which the client finds nothing. */
function unlisted(text: string): string {
  return /^\s*\[\s*(\{.*\})\s*\]\s*$/s.exec(text)?.[1] ?? text
}

/** Closes the connection; that it is broken already is no matter. */
function cancel(body: { cancel(): Promise<void> } | null): void {
  body?.cancel().catch(() => {})
}
