import { AsyncLocalStorage } from 'node:async_hooks'
import { NoAnswer } from '../no-answer.js'

const MAX_BYTES = 16 * 1024 * 1024
const MAX_MS = 60_000

/** The signal of the question that is being answered, for the requests made on its behalf. */
export const questionSignal = new AsyncLocalStorage<AbortSignal>()

/**
 * Returns the global `fetch` for a plugin, bounded: a reply has at most 16 MiB and 60 s, and every request ends with
 * `ending`, or with the question on whose behalf it was made.
 *
 * @throws {NoAnswer} FETCH_FAILED (`upstream`) when the reply is missing, breaks off, is too long or too late; also while
 *   the body is read
 * @throws TypeError for a request that cannot be made
 * @throws the reason of whichever signal aborts first
 */
export function boundedFetch(ending: AbortSignal, maxMs = MAX_MS): typeof fetch {
  return async (input, init) => {
    const signals = [init?.signal, input instanceof Request ? input.signal : null, questionSignal.getStore(), ending]
    const ends = AbortSignal.any(signals.filter(one => one != null))
    // Not `timeoutSignal`: the body is read after this function returns, so it cannot dispose of the timer.
    const late = AbortSignal.timeout(maxMs)
    const request = requestOf(input, { ...init, signal: AbortSignal.any([ends, late]) })
    // Messages name the host only: query, user and password may be secrets.
    const { host } = new URL(request.url)
    const explained = (error: unknown): unknown => {
      if (ends.aborted) return ends.reason
      if (late.aborted) return failed(`${host} took longer than ${maxMs / 1000} s`)
      return error instanceof NoAnswer ? error : failed(`${host} cannot be reached: ${reasonOf(error)}`, error)
    }
    try {
      const response = await fetch(request)
      return response.body ? shortened(response, response.body, explained) : response
    } catch (error) {
      throw explained(error)
    }
  }
}

/** Makes the request. The message of a `TypeError` repeats the URL, which is replaced. */
function requestOf(input: string | URL | Request, init: RequestInit): Request {
  try {
    return new Request(input, init)
  } catch (error) {
    const { message } = error as Error
    throw new TypeError(input instanceof Request ? message : message.replaceAll(String(input), 'its URL'))
  }
}

/** Returns the system's code of the error, such as `ECONNREFUSED`. */
function reasonOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : 'the request failed'
}

function failed(message: string, cause?: unknown): NoAnswer {
  const hint = 'check that it runs, and that this machine can reach it'
  return new NoAnswer('upstream', message, { code: 'FETCH_FAILED', hint, cause })
}

type Body = ReadableStream<Uint8Array<ArrayBuffer>>

function shortened(response: Response, body: Body, explained: (error: unknown) => unknown): Response {
  const reader = body.getReader()
  let size = 0
  const counted: Body = new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) return controller.close()
          size += value.length
          if (size > MAX_BYTES)
            throw failed(`the reply of ${new URL(response.url).host} is longer than ${MAX_BYTES} bytes`)
          controller.enqueue(value)
        } catch (error) {
          void reader.cancel(error).catch(() => {}) // it has failed already, or the rest is not needed
          throw explained(error)
        }
      },
      cancel: reason => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return Object.defineProperty(new Response(counted, response), 'url', { value: response.url })
}
