import type { Agent, IncomingMessage } from 'node:http'
import type { Agent as SecureAgent } from 'node:https'
import type { Readable } from 'node:stream'
import { decompressed } from '../../../async/decompress.js'
import { http, https } from '../../../async/node-http.js'
import { MAX_DEPTH, nestsDeeper } from '../../../plugin/json.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { answerTooLarge } from '../errors/answer-errors.js'
import { limitConnecting } from './connect-timeout.js'

/**
 * Makes a `fetch` over `node:http`, with its own connections. It follows no redirects, and its only timeout is that for
 * connecting: the caller has the others. It bounds bodies, which the client does not: an answer fails beyond 32 MiB,
 * counted after decompression, which is about 100,000 streamed tokens in events of some 300 bytes each. The body of an
 * error is cut after 64 KiB or a second: its status is already known.
 *
 * @throws {NoAnswer} `MODEL_CONNECT_TIMEOUT` · `MODEL_FAILED` for a status outside HTTP's range ·
 *   `MODEL_ANSWER_TOO_LARGE` while the body is read
 * @throws {TypeError} `terminated` while the body is read, when it breaks off, as the global `fetch` does
 */
export function httpFetch(): typeof fetch {
  // A server may close an idle connection at any time, and a request sent on it is lost; few servers do within 4 s.
  const options = { keepAlive: true, timeout: 4000 }
  const agents = { http: new http.Agent(options), https: new https.Agent(options) }

  return async (input, init = {}) => {
    const response = await send(new URL(input instanceof Request ? input.url : input), init, agents)
    const status = response.statusCode!
    if (status < 200 || status > 599) {
      response.destroy()
      throw new NoAnswer('upstream', `the endpoint answered with status ${status}, which HTTP does not have`, {
        code: 'MODEL_FAILED',
        hint: 'check its base URL; some proxies use statuses of their own',
      })
    }
    // Without the reason phrase: `Response` throws for one in UTF-8, and it is never read.
    return new Response(await bodyOf(response, status), { status, headers: headersOf(response) })
  }
}

function send(
  url: URL,
  { method = 'GET', headers, body, signal }: RequestInit,
  agents: { readonly http: Agent; readonly https: SecureAgent },
): Promise<IncomingMessage> {
  const [{ request: open }, agent] = url.protocol === 'https:' ? [https, agents.https] : [http, agents.http]
  return new Promise((resolve, reject) => {
    const request = open(url, { agent, method, headers: Object.fromEntries(new Headers(headers)) })
    request.on('response', resolve).on('error', reject)
    limitConnecting(request)
    // Not the option `signal`: its error may be emitted on a connection that has finished this request, where it is uncaught.
    const abort = () => request.destroy()
    signal?.addEventListener('abort', abort)
    request.once('close', () => {
      signal?.removeEventListener('abort', abort)
      // A reply that switches protocols emits neither `response` nor `error`.
      reject(new Error('the connection closed without a reply'))
    })
    if (signal?.aborted) abort()
    request.end(body)
  })
}

async function bodyOf(response: IncomingMessage, status: number): Promise<AsyncIterable<Uint8Array> | string | null> {
  if (BODYLESS.has(status)) {
    response.resume()
    return null
  }
  // Some servers compress although the request does not accept it.
  const body = decompressed(response, response.headers['content-encoding'])
  return status < 300 ? bounded(body) : readStart(body)
}

/** `Response` takes no body with these. */
const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304])

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let remaining = MAX_BYTES
  try {
    for await (const chunk of body) {
      remaining -= chunk.byteLength
      if (remaining < 0) throw answerTooLarge(`more than ${MAX_BYTES} bytes`)
      yield chunk
    }
  } catch (error) {
    throw error instanceof NoAnswer ? error : new TypeError('terminated', { cause: error })
  }
}

const MAX_BYTES = 32 * 1024 * 1024

async function readStart(body: Readable): Promise<string> {
  // Not `withTimeout`: the timer ends the read, and the part that has arrived is kept.
  const timer = setTimeout(() => body.destroy(), 1000)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size >= 64 * 1024) break
    }
  } catch {
    // The part of an error that arrived is enough.
  } finally {
    clearTimeout(timer)
  }
  return repaired(Buffer.concat(chunks).toString())
}

/**
 * Rewrites errors of which the client would drop a part: it reads the field `error` of an object, and nothing else. One
 * that nests so deep that the client's `JSON.stringify` overflows the stack becomes the text of its start.
 */
function repaired(text: string): string {
  // Gemini sends errors in a list.
  const object = /^\s*\[\s*(\{.*\})\s*\]\s*$/s.exec(text)?.[1] ?? text
  try {
    const document: unknown = JSON.parse(object)
    return nestsDeeper(document, MAX_DEPTH) ? object.slice(0, 200) : (withEstimate(document) ?? object)
  } catch {
    return object // a text, or JSON that was cut
  }
}

/** Moves Hugging Face's estimate of how long a model will load into the error beside it. */
function withEstimate(document: unknown): string | null {
  const { error, estimated_time } = (document ?? {}) as { error?: unknown; estimated_time?: unknown }
  if (typeof error !== 'string' || estimated_time === undefined) return null
  return JSON.stringify({ error: { message: error, estimated_time } })
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  return headers
}
