import { AsyncLocalStorage } from 'node:async_hooks'

const MAX_BYTES = 16 * 1024 * 1024
const MAX_MS = 60_000

/** The signal of the question that is being answered, for what is asked on its behalf. */
export const asking = new AsyncLocalStorage<AbortSignal>()

/**
 * The global `fetch` for a plugin, with an end: a reply has at most 16 MiB and 60 s, and nothing outlives `ending`, or
 * the question inside of which it was asked.
 *
 * @throws TypeError while a reply is read that is longer
 * @throws the reason of whichever signal aborts first
 */
export function boundedFetch(ending: AbortSignal): typeof fetch {
  return async (input, init) => {
    const signals = [init?.signal, input instanceof Request ? input.signal : null, asking.getStore(), ending]
    const signal = AbortSignal.any([...signals.filter(one => one != null), AbortSignal.timeout(MAX_MS)])
    const response = await fetch(input, { ...init, signal })
    return response.body ? shortened(response, response.body) : response
  }
}

function shortened(response: Response, body: ReadableStream<Uint8Array>): Response {
  let size = 0
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.length
      if (size > MAX_BYTES) throw new TypeError(`the reply is longer than ${MAX_BYTES} bytes`)
      controller.enqueue(chunk)
    },
  })
  const bounded = new Response(body.pipeThrough(count), response)
  return Object.defineProperty(bounded, 'url', { value: response.url })
}
