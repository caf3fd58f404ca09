import type { Outcome, Question, Relayed } from '../../../plugin/miner.js'
import type { ModelClient } from '../http/client.js'
import type { Delta } from '../response/answer.js'
import type { Target } from '../settings/endpoints.js'
import { type AnswerStream, type CallContext, unreadOutcome } from './call.js'
import { complete, type DeltaReader } from './complete.js'

/**
 * Asks a model once, and yields the bytes of its stream as they come. Bytes before the first word or thought are held back
 * and yielded with it, because until then another endpoint may still be asked. Bytes that complete an error event are
 * not yielded.
 *
 * @throws as `callModel`; also when the stream breaks off before its own end
 */
export function relayModel(
  client: ModelClient,
  target: Target,
  question: Question,
  asked: CallContext,
): AnswerStream<Uint8Array> {
  return complete(client, target, question, { ...asked, reader: new RelayReader() })
}

class RelayReader implements DeltaReader<Uint8Array> {
  readonly isRelay = true
  #buffered: Uint8Array[] = []
  #hasToken = false

  onDelta({ content, isThought }: Delta): undefined {
    this.#hasToken ||= content !== undefined || isThought
  }

  onBytes(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length > 0) this.#buffered.push(bytes)
    if (!this.#hasToken || this.#buffered.length === 0) return undefined
    const chunk = Buffer.concat(this.#buffered)
    this.#buffered = []
    return chunk
  }
}

/**
 * Resolves with the body and its outcome when the first bytes arrive: until then the call may still fail.
 *
 * @throws what the stream throws before its first bytes
 */
export async function relayStream(stream: AnswerStream<Uint8Array>, signal: AbortSignal): Promise<Relayed> {
  const first = await stream.next()
  const { promise: outcome, resolve, reject } = Promise.withResolvers<Outcome>()
  outcome.catch(() => {}) // the caller may ignore it
  // Here too, because the reader may have stopped by then.
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })

  async function* body(): AsyncGenerator<Uint8Array, void> {
    try {
      for (let step = first; ; step = await stream.next()) {
        if (step.done) return resolve(step.value)
        yield step.value
      }
    } catch (error) {
      reject(error)
      throw error
    } finally {
      reject(new Error('the stream was not read to its end'))
      signal.removeEventListener('abort', onAbort)
      stream.return(unreadOutcome).catch(() => {})
    }
  }
  return { body: body(), outcome }
}
