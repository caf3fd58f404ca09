import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { z } from 'zod'
import { exchange, wholeReply } from '../dendrite/exchange.js'
import { NoReply } from '../dendrite/no-reply.js'
import { patience } from '../dendrite/patience.js'
import { keypairFromUri } from '../keys/key-uri.js'
import type { Route } from '../plugin/dialect.js'
import { hashVersions } from '../plugin/hash-versions.js'
import type { Json } from '../plugin/json.js'
import { askOf } from '../wires/synapse/ask-of.js'
import { bodyHash } from '../wires/synapse/body-hash.js'
import type { Verdict } from '../wires/synapse/read-head.js'
import { readReply } from '../wires/synapse/read-reply.js'
import { isStream, readStreamHead } from '../wires/synapse/read-stream.js'
import { fieldsOf } from '../wires/tree-of.js'
import { writeJson } from '../wires/write-json.js'
import type { TestAxon } from './start-axon.js'

type Fields = { readonly [field: string]: Json }

/** What a validator gets. */
export type TestReply = {
  /** 200: it was answered; null: the axon told none */
  readonly status: number | null
  readonly message: string | null
  /** those of the synapse after the reply; of a stream, or when there is no answer, as they were sent */
  readonly fields: Fields
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
  body: Fields = {},
  { as = '//Alice', timeoutMs = 12_000 }: AskHow = {},
): Promise<TestReply> {
  const route = Object.hasOwn(axon.dialect.synapses, synapse) ? axon.dialect.synapses[synapse] : undefined
  const fields = fieldsOf({ ...route?.example, ...body })
  const { hostname: ip, port } = new URL(axon.url)
  const request = askOf(
    { name: synapse, fields, required: route ? requiredOf(route) : [] },
    {
      signer: await keypairFromUri(as),
      callerIp: ip,
      receiver: { hotkey: axon.hotkey, ip, port: Number(port) },
      nonce: axon.nextNonce(),
      uuid: randomUUID(),
      timeoutSeconds: timeoutMs / 1000,
      bodyHash: bodyHash(fields, route ? hashVersions(route)[0]! : [], '15.0'),
    },
  )

  let after = fields
  const streamed: Uint8Array[] = []
  const agent = new Agent()
  using waiting = patience(timeoutMs, new NoReply(408, `there was no whole reply within ${timeoutMs} ms`))
  const hear = async (): Promise<Pick<Verdict, 'status' | 'message'>> => {
    const response = await exchange(agent, { host: ip, port: Number(port) }, request, waiting.signal)
    if (isStream(response.head)) {
      for await (const chunk of response.body) streamed.push(chunk)
      return readStreamHead(response.head)
    }
    // The SDK keeps its own values of required fields; here a test is to see what the dialect made of them.
    const reply = readReply(await wholeReply(response), { name: synapse, fields, required: [] })
    after = reply.fields
    return reply
  }
  try {
    const { status, message } = await hear().catch((error: unknown) => {
      if (error instanceof NoReply) return error
      throw error
    })
    const bytes = Buffer.concat(streamed)
    return { status, message, fields: JSON.parse(writeJson(after)), bytes, text: bytes.toString() }
  } finally {
    agent.destroy()
  }
}

/** The fields without a default, which the head of a request announces. */
function requiredOf({ body }: Route): readonly string[] {
  return z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }).required ?? []
}
