import { request as httpRequest } from 'node:http'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import type { HashField } from '#dist/wires/hash-field.js'
import type { JsonObject } from '#dist/wires/json-tree.js'
import { readJson } from '#dist/wires/read-json.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'

export const alice = await keypairFromUri('//Alice')
export const bob = await keypairFromUri('//Bob')
export const charlie = await keypairFromUri('//Charlie')

/** A request as it goes out; headers in the order they are sent. */
export type Sent = { method: string; path: string; headers: Record<string, string | string[]>; body: string | Buffer }

type Wanted = {
  synapse?: string
  fields?: Record<string, unknown> | string
  hashed?: readonly HashField[]
  by?: typeof alice
  receiver?: string
  nonce?: bigint | string
  uuid?: string
  timeout?: string
  version?: string
  /** what is signed in the place of the text that should be */
  text?: string
}

let last = 0n

/** Nanoseconds since the epoch, never the same twice. */
export function freshNonce(now = Date.now()): bigint {
  const nonce = BigInt(now) * 1_000_000n
  last = nonce > last ? nonce : last + 1n
  return last
}

/** A request as a dendrite of SDK 10 signs it. Change what comes back to make it wrong. */
export function signedRequest(wanted: Wanted = {}): Sent {
  const {
    synapse = 'Prompting',
    by = alice,
    receiver = bob.address,
    uuid = 'f3c1b0de-8a52-11ee-8c99-0242ac120002',
  } = wanted
  const { fields = { roles: ['system', 'user'], messages: ['Be brief.', 'hi'], completion: '' } } = wanted
  const { hashed = synapse === 'Synapse' ? [] : ['messages'], nonce = freshNonce() } = wanted
  const body = typeof fields === 'string' ? fields : JSON.stringify(fields)
  const hash = bodyHash(readJson(Buffer.from(body)) as JsonObject, hashed, '15.0')
  const text = wanted.text ?? `${nonce}.${by.address}.${receiver}.${uuid}.${hash}`
  return {
    method: 'POST',
    path: `/${synapse}`,
    headers: {
      name: synapse,
      timeout: wanted.timeout ?? '12.0',
      bt_header_axon_ip: '127.0.0.1',
      bt_header_axon_port: '8091',
      bt_header_axon_hotkey: receiver,
      bt_header_dendrite_ip: '203.0.113.7',
      bt_header_dendrite_version: wanted.version ?? '10002000',
      bt_header_dendrite_nonce: String(nonce),
      bt_header_dendrite_uuid: uuid,
      bt_header_dendrite_hotkey: by.address,
      bt_header_dendrite_signature: `0x${Buffer.from(by.sign(Buffer.from(text))).toString('hex')}`,
      bt_header_input_obj_roles: 'W10=',
      bt_header_input_obj_messages: 'W10=',
      header_size: '464',
      total_size: '3632',
      computed_body_hash: hash,
      'content-type': 'application/json',
    },
    body,
  }
}

export type Got = { status: number; headers: Record<string, string | undefined>; text: string; json: any }

/** Sends it over a real connection. */
export function send(url: string, sent: Sent, agent?: import('node:http').Agent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${sent.path}`, {
      method: sent.method,
      headers: { ...sent.headers, 'content-length': Buffer.byteLength(sent.body) },
      ...(agent && { agent }),
    })
    request.on('error', reject)
    request.on('response', response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const headers = response.headers as Record<string, string | undefined>
        resolve({
          status: response.statusCode!,
          headers,
          text,
          json: headers['content-type']?.includes('json') ? JSON.parse(text) : null,
        })
      })
    })
    request.end(sent.body)
  })
}
