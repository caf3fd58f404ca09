import type { OpenAI } from 'openai'
import type { Outcome, Question } from '../../../plugin/miner.js'
import type { Heard } from '../response/answer.js'
import type { Target } from '../settings/target.js'
import type { CallMeans } from './call.js'
import { converse, type Ear } from './converse.js'

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
  asked: CallMeans,
): AsyncGenerator<Uint8Array, Outcome> {
  return converse(client, target, question, { ...asked, ear: new Relaying() })
}

class Relaying implements Ear<Uint8Array> {
  readonly isRelay = true
  #held: Uint8Array[] = []
  #speaks = false

  hear({ said, isThought }: Heard): undefined {
    this.#speaks ||= said !== undefined || isThought
  }

  pass(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length > 0) this.#held.push(bytes)
    if (!this.#speaks || this.#held.length === 0) return undefined
    const given = Buffer.concat(this.#held)
    this.#held = []
    return given
  }
}
