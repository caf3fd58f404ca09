import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { answerTooLarge } from '../errors/answer-errors.js'
import { limitConnecting } from './connect-timeout.js'

/**
 * A `fetch` over `node:http`, with connections of its own. It follows no redirect, and has no time-out but that for
 * connecting: who asks has the others. Its bodies are bounded, which the client itself does not do: an answer ends with
 * an error at 32 MiB, counted after decompression: about 100,000 streamed tokens, each in an event of some 300 bytes.
 * An error is cut after 64 KiB or a second: its status is known, and it gets no better.
 *
 * @throws {NoAnswer} `MODEL_CONNECT_TIMEOUT` · `MODEL_FAILED` for a status that is none · `MODEL_ANSWER_TOO_LARGE` while
 *   the body is read
 * @throws {TypeError} `terminated` while a body is read that breaks off, as the global one does
 */
export function httpFetch(): typeof fetch {
  // A server may close an idle connection at any time, and what is sent on it then is lost; few do within 4 s.
  const options = { keepAlive: true, timeout: 4000 }
  const agents = { http: new http.Agent(options), https: new https.Agent(options) }

  return async (input, init = {}) => {
    const answer = await send(new URL(input instanceof Request ? input.url : input), init, agents)
    const status = answer.statusCode!
    if (status < 200 || status > 599) {
      answer.destroy()
      throw new NoAnswer('upstream', `the endpoint answered with status ${status}, which HTTP does not have`, {
        code: 'MODEL_FAILED',
        hint: 'check its base URL; some proxies refuse with a status of their own',
      })
    }
    // Without its reason phrase: `Response` throws at one in UTF-8, and nobody reads it.
    return new Response(await bodyOf(answer, status), { status, headers: headersOf(answer) })
  }
}

function send(
  url: URL,
  { method = 'GET', headers, body, signal }: RequestInit,
  agents: { readonly http: http.Agent; readonly https: https.Agent },
): Promise<IncomingMessage> {
  const [{ request: open }, agent] = url.protocol === 'https:' ? [https, agents.https] : [http, agents.http]
  return new Promise((resolve, reject) => {
    const request = open(url, { agent, method, headers: Object.fromEntries(new Headers(headers)) })
    request.on('response', resolve).on('error', reject)
    limitConnecting(request)
    // Not by the option `signal`: what that throws may reach a connection that is done with this, and nobody to catch it.
    const leave = () => request.destroy()
    signal?.addEventListener('abort', leave)
    request.once('close', () => {
      signal?.removeEventListener('abort', leave)
      // A reply that switches protocols is none, and no error.
      reject(new Error('the connection closed without a reply'))
    })
    if (signal?.aborted) leave()
    request.end(body)
  })
}

async function bodyOf(answer: IncomingMessage, status: number): Promise<AsyncIterable<Uint8Array> | string | null> {
  if (EMPTY.has(status)) {
    answer.resume()
    return null
  }
  return status < 300 ? bounded(decoded(answer)) : beginning(decoded(answer))
}

/** `Response` takes no body with these. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304])

/** What was not asked to be compressed may be all the same. */
function decoded(answer: IncomingMessage): Readable {
  const decode = decoders.get(answer.headers['content-encoding']?.toLowerCase() ?? '')
  return decode ? pipeline(answer, decode(), () => {}) : answer
}

// Each piece at once, and what was cut so far as it came.
const zlibFlush = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const brotliFlush = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }
const decoders = new Map([
  ['gzip', () => createUnzip(zlibFlush)],
  ['x-gzip', () => createUnzip(zlibFlush)],
  ['deflate', () => createUnzip(zlibFlush)],
  ['br', () => createBrotliDecompress(brotliFlush)],
])

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let left = MAX_BYTES
  try {
    for await (const chunk of body) {
      left -= chunk.byteLength
      if (left < 0) throw answerTooLarge(`more than ${MAX_BYTES} bytes`)
      yield chunk
    }
  } catch (error) {
    throw error instanceof NoAnswer ? error : new TypeError('terminated', { cause: error })
  }
}

const MAX_BYTES = 32 * 1024 * 1024

async function beginning(body: Readable): Promise<string> {
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
    // A body that breaks off has said what it will say.
  } finally {
    clearTimeout(timer)
  }
  return unlisted(Buffer.concat(chunks).toString())
}

/** Gemini's error is an object in a list (`[{"error": …}]`), in which the client finds nothing. */
function unlisted(text: string): string {
  return /^\s*\[\s*(\{.*\})\s*\]\s*$/s.exec(text)?.[1] ?? text
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  return headers
}
