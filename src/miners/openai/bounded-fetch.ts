import { NoAnswer } from '../../plugin/no-answer.js'

/**
 * `fetch`, whose bodies end with an error at 32 MiB, counted after decompression: about 100,000 streamed tokens.
 * The client sets no bound of its own, neither to a document nor to a line of a stream, and holds both in memory.
 *
 * @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE` while the body is read
 */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  return response.body ? new Response(response.body.pipeThrough(limit()), response) : response
}

const maxBytes = 32 * 1024 * 1024

function limit() {
  let left = maxBytes
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      left -= chunk.byteLength
      if (left >= 0) return controller.enqueue(chunk)
      throw new NoAnswer('upstream', `the endpoint sent more than ${maxBytes} bytes`, {
        code: 'MODEL_ANSWER_TOO_LARGE',
        hint: 'check that --base-url is a chat endpoint',
      })
    },
  })
}
