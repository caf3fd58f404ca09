import type { OpenAI } from 'openai'
import type { Outcome, Question, Relayed } from '../../../plugin/miner.js'
import type { Delta } from '../response/answer.js'
import type { Target } from '../settings/endpoints.js'
import type { CallContext } from './call.js'
import { complete, type DeltaReader } from './complete.js'

/**
 * Asks a model once, and gives the bytes of its stream on as they come, from the first word or thought on with all that
 * stood before it: until then another one may still be asked. Bytes in which an error ends are not given on.
 *
 * @throws as `callModel`; also when the stream broke off before its own end
 */
export function relayModel(
  client: OpenAI,
  target: Target,
  question: Question,
  asked: CallContext,
): AsyncGenerator<Uint8Array, Outcome> {
  return complete(client, target, question, { ...asked, reader: new Relaying() })
}

class Relaying implements DeltaReader<Uint8Array> {
  readonly isRelay = true
  #held: Uint8Array[] = []
  #speaks = false

  onDelta({ content, isThought }: Delta): undefined {
    this.#speaks ||= content !== undefined || isThought
  }

  onBytes(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length > 0) this.#held.push(bytes)
    if (!this.#speaks || this.#held.length === 0) return undefined
    const given = Buffer.concat(this.#held)
    this.#held = []
    return given
  }
}

/**
 * A stream of bytes and what it comes to, as soon as its first bytes are there: until then there may be no answer.
 *
 * @throws what the speech throws before its first bytes
 */
export async function relayStream(speech: AsyncGenerator<Uint8Array, Outcome>, signal: AbortSignal): Promise<Relayed> {
  const first = await speech.next()
  const { promise: outcome, resolve, reject } = Promise.withResolvers<Outcome>()
  outcome.catch(() => {}) // for whoever wants to hear it
  // Nobody may read on by then.
  const leave = () => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })

  async function* body(): AsyncGenerator<Uint8Array, void> {
    try {
      for (let step = first; ; step = await speech.next()) {
        if (step.done) return resolve(step.value)
        yield step.value
      }
    } catch (error) {
      reject(error)
      throw error
    } finally {
      reject(new Error('the stream was not read to its end'))
      signal.removeEventListener('abort', leave)
      speech.return(nobody).catch(() => {})
    }
  }
  return { body: body(), outcome }
}

// What a generator is told to return when it is told to stop.
const nobody: Outcome = { model: '', finishReason: '' }
