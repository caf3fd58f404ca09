import { createDendrite } from '../dendrite/create-dendrite.js'
import { keypairFromUri } from '../keys/key-uri.js'
import type { Json } from '../plugin/json.js'
import { hashVersions, requiredFields } from '../plugin/route-fields.js'
import { writeJson } from '../wires/json/write.js'
import type { TestAxon } from './start-axon.js'

/** What a validator gets. */
export type TestReply = {
  /** 200: it was answered; null: the axon told none */
  readonly status: number | null
  readonly message: string | null
  /** those of the synapse after the reply; of a stream, or when there is no answer, as they were sent */
  readonly fields: { readonly [field: string]: Json }
  /** all that was streamed, also of a stream that broke off; empty when the reply was whole */
  readonly bytes: Buffer
  /** the same, as text */
  readonly text: string
}

export type AskHow = {
  /** who asks, as the URI of a key; //Alice unless it is said */
  readonly as?: string
  /** 12 s, as the SDK has it, unless it is said */
  readonly timeoutMs?: number
}

/**
 * Asks an axon as a validator does: over HTTP, signed. Whatever the axon does is a reply.
 *
 * @param synapse one that the dialect does not have is sent all the same, and refused with 404
 * @param body the fields that differ from the dialect's `example`, which is sent with them
 * @throws {KeyError} when `as` is no URI of a key
 */
export async function ask(
  axon: TestAxon,
  synapse: string,
  body: { readonly [field: string]: Json } = {},
  { as = '//Alice', timeoutMs = 12_000 }: AskHow = {},
): Promise<TestReply> {
  const route = Object.hasOwn(axon.dialect.synapses, synapse) ? axon.dialect.synapses[synapse] : undefined
  using dendrite = createDendrite({ keypair: await keypairFromUri(as), nextNonce: axon.nextNonce })
  const answer = dendrite.relay({
    url: new URL(axon.url),
    receiver: axon.hotkey,
    synapse,
    fields: { ...route?.example, ...body },
    required: route ? requiredFields(route) : [],
    // The SDK keeps its own values of some; a test is to see what the dialect made of them.
    frozen: [],
    hashed: route ? hashVersions(route)[0]! : [],
    timeoutMs,
  })
  const streamed: Uint8Array[] = []
  for (;;) {
    const step = await answer.next()
    if (step.done) {
      const { status, message, fields } = step.value
      const bytes = Buffer.concat(streamed)
      return { status, message, fields: JSON.parse(writeJson(fields)), bytes, text: bytes.toString() }
    }
    streamed.push(step.value)
  }
}
