import { createDendrite } from '../dendrite/create-dendrite.js'
import { keypairFromUri } from '../keys/key-uri.js'
import type { Json } from '../plugin/json.js'
import { hashVersions, requiredFields } from '../plugin/route-fields.js'
import { writeJson } from '../wires/json/write.js'
import type { TestAxon } from './start-axon.js'

/** The reply that a validator receives. */
export type TestReply = {
  /** 200 for an answer; null when the axon sent no status */
  readonly status: number | null
  readonly message: string | null
  /** of the HTTP reply; empty when none came */
  readonly headers: Headers
  /**
   * the synapse's fields after the reply; for a stream or a refusal, the fields as sent. Without those that the dialect's
   * `example` lacks, as a validator drops fields that its class lacks. `JSON.parse` reads them, which rounds integers
   * beyond 2^53
   */
  readonly fields: { readonly [field: string]: Json }
  /** all streamed bytes, even of a stream that broke off; empty for a whole reply */
  readonly bytes: Buffer
  /** the streamed bytes as text */
  readonly text: string
}

/** Options of `ask`. */
export type AskHow = {
  /** the caller's key as a URI; //Alice by default */
  readonly as?: string
  /** 12 s by default, as in the SDK */
  readonly timeoutMs?: number
}

/**
 * Sends a signed request to an axon over HTTP, as a validator does. Any failure of the axon becomes a reply.
 *
 * @param synapse an unknown synapse is sent as well, and refused with 404
 * @param body the fields that override those of the dialect's `example`; an integer beyond 2^53 is a bigint
 * @throws {KeyError} when `as` is not a key URI
 */
export async function ask(
  axon: TestAxon,
  synapse: string,
  body: { readonly [field: string]: Json | bigint } = {},
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
    // The SDK keeps its own values of frozen fields; a test should see what the dialect set.
    frozen: [],
    hashed: route ? hashVersions(route)[0]! : [],
    timeoutMs,
  })
  const streamed: Uint8Array[] = []
  for (;;) {
    const step = await answer.next()
    if (step.done) {
      const { status, message, rawHeaders, fields } = step.value
      const bytes = Buffer.concat(streamed)
      const headers = headersOf(rawHeaders)
      return { status, message, headers, fields: JSON.parse(writeJson(fields)), bytes, text: bytes.toString() }
    }
    streamed.push(step.value)
  }
}

function headersOf(rawHeaders: readonly string[]): Headers {
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!)
  return headers
}
