import { randomUUID } from 'node:crypto'
import { axonText } from '../../text/axon-text.js'
import type { JsonObject } from '../../wires/json/tree.js'
import { bodyHashes } from '../../wires/synapse/body-hash.js'
import { buildRequest, type Envelope } from '../../wires/synapse/build-request.js'
import type { AuditQuestion } from '../question.js'

/** A request as it goes on the wire, so that any part of it can be changed after it was signed. */
export type CraftedRequest = {
  readonly path: string
  /** in the order in which they are sent; a name may come twice */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/** What differs from a good request. All of it is signed, but the time-out, which this wire does not sign. */
export type Changes = {
  readonly signer?: Envelope['signer']
  readonly receiver?: string
  /** milliseconds that the nonce lies behind our clock; negative: ahead of it */
  readonly ageMs?: number
  readonly timeoutSeconds?: number
  /** signs the hash of no field, in place of those that the synapse hashes */
  readonly isUnhashed?: boolean
  /** the ping, which has no fields, in place of the question */
  readonly isPing?: boolean
}

type Crafting = {
  readonly question: AuditQuestion
  readonly receiver: string
  readonly caller: Envelope['signer']
  readonly ip: string
  readonly port: number
}

/**
 * Makes a request as a dendrite does, signed. Each has a uuid of its own: a nonce that the axon takes, even one of the
 * future, then blocks no other request of the caller.
 */
export function craftRequest(
  { question, receiver, caller, ip, port }: Crafting,
  changes: Changes = {},
): CraftedRequest {
  const asked = changes.isPing ? PING : question
  const { path, headers, body } = buildRequest(
    { name: asked.synapse, fields: asked.fields, required: asked.required },
    {
      signer: changes.signer ?? caller,
      callerIp: '127.0.0.1',
      receiver: { hotkey: changes.receiver ?? receiver, ip, port },
      nonce:
        BigInt(Math.floor(Date.now() - (changes.ageMs ?? 0))) * 1_000_000n + BigInt(Math.floor(Math.random() * 1e6)),
      uuid: randomUUID(),
      timeoutSeconds: changes.timeoutSeconds ?? question.timeoutMs / 1000,
      bodyHash: bodyHashes(asked.fields, changes.isUnhashed ? [] : asked.hashed).next().value as string,
    },
  )
  return { path, headers: [['host', axonText({ ip, port })], ...headers], body: Buffer.from(body) }
}

const PING = { synapse: 'Synapse', fields: new Map() as JsonObject, required: [], hashed: [] }

/** Replaces a header; null leaves it out. */
export function withHeader(request: CraftedRequest, name: string, value: string | null): CraftedRequest {
  const headers = request.headers.flatMap(([known, kept]) => {
    if (known !== name) return [[known, kept] as const]
    return value === null ? [] : [[known, value] as const]
  })
  return { ...request, headers }
}

/** Returns the value of a header. */
export function headerOf({ headers }: CraftedRequest, name: string): string {
  return headers.find(([known]) => known === name)?.[1] ?? ''
}

/** Encodes the head of a request; `more`: how its body comes. */
export function headBytes({ path, headers }: CraftedRequest, more: readonly (readonly [string, string])[]): Buffer {
  const lines = [...headers, ...more].map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
}
