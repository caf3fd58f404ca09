import { type Agent, request as httpRequest } from 'node:http'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import type { Keypair } from '#dist/keys/keypair.js'
import { readJson } from '#dist/wires/json/read.js'
import type { JsonObject } from '#dist/wires/json/tree.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import type { HashField } from '#dist/wires/wire.js'

export const alice = await keypairFromUri('//Alice')
export const bob = await keypairFromUri('//Bob')
export const charlie = await keypairFromUri('//Charlie')
export const dave = await keypairFromUri('//Dave')

/** A request to send; headers in this order, null for an omitted one. */
export type Sent = {
  method: string
  path: string
  headers: Record<string, string | string[] | null>
  body: string | Buffer
}

/** How a signed request differs from the default one. */
export type Wanted = {
  synapse?: string
  fields?: Record<string, unknown> | string
  hashed?: readonly HashField[]
  by?: Keypair
  /** the hotkey it is signed for */
  receiver?: string
  nonce?: bigint | string
  uuid?: string
  timeout?: string
  version?: string
  /** signed in place of the correct text; a function receives that text */
  text?: string | ((text: string) => string)
  /** override the headers that a dendrite sends */
  headers?: Sent['headers']
}

/** One for all requests, as of a single dendrite. */
const UUID = 'f3c1b0de-8a52-11ee-8c99-0242ac120002'

let nonces = 0n

/** Returns a nonce in nanoseconds since the epoch, close to `now`, never the same twice. */
export function freshNonce(now = Date.now()): bigint {
  return BigInt(now) * 1_000_000n + ++nonces
}

/** Builds a request, signed as a dendrite of SDK 10 does. */
export function signedRequest(wanted: Wanted = {}): Sent {
  const { synapse = 'Prompting', by = alice, receiver = bob.address, uuid = UUID, nonce = freshNonce() } = wanted
  const { fields = { roles: ['system', 'user'], messages: ['Be brief.', 'hi'], completion: '' } } = wanted
  const { hashed = synapse === 'Synapse' ? [] : ['messages'] } = wanted
  const body = typeof fields === 'string' ? fields : JSON.stringify(fields)
  const hash = bodyHash(readJson(Buffer.from(body)) as JsonObject, hashed, '15.0')
  const correct = `${nonce}.${by.address}.${receiver}.${uuid}.${hash}`
  const text = typeof wanted.text === 'function' ? wanted.text(correct) : (wanted.text ?? correct)
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
      ...wanted.headers,
    },
    body,
  }
}

/** Encodes a request, for tests that write to a socket themselves. */
export function bytesOf({ method, path, headers, body }: Sent): Buffer {
  const lines = Object.entries({ host: 'axon', 'content-length': String(Buffer.byteLength(body)), ...headers })
    .flatMap(([name, values]) => [values].flat().map(value => (value === null ? '' : `${name}: ${value}\r\n`)))
    .join('')
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), Buffer.from(body)])
}

/** Encodes only the head of a request, with overridden headers: for a body that arrives late, or never. */
export function headOf(sent: Sent, headers: Sent['headers'] = {}): Buffer {
  const bytes = bytesOf({ ...sent, headers: { ...sent.headers, ...headers } })
  return bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4)
}

type Terminal = Partial<Record<'ip' | 'status_message' | 'uuid' | 'hotkey' | 'signature', string | null>> &
  Partial<Record<'status_code' | 'process_time' | 'port' | 'version' | 'nonce', number | null>>

/** The parts of a reply's JSON that tests read; missing ones are undefined at run time. */
export type Said = {
  name: string
  timeout: number
  roles: string[]
  messages: string[]
  completion: string
  computed_body_hash: string
  axon: Terminal
  dendrite: Terminal
  message: string
  detail: string
  status: string
}

export type Got = { status: number; headers: Record<string, string | undefined>; text: string; json: Said }

/** Sends a request over a real connection. `signal` makes the caller disconnect. */
export function send(
  url: string,
  sent: Sent,
  { agent, signal }: { agent?: Agent; signal?: AbortSignal } = {},
): Promise<Got> {
  const headers = Object.fromEntries(
    Object.entries(sent.headers).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  )
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${sent.path}`, {
      method: sent.method,
      headers: { 'content-length': Buffer.byteLength(sent.body), ...headers },
      ...(agent && { agent }),
      ...(signal && { signal }),
    })
    request.on('error', reject)
    request.on('response', response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const { statusCode: status = 0, headers } = response
        const json = headers['content-type']?.includes('json') && text ? JSON.parse(text) : null
        resolve({ status, headers: headers as Got['headers'], text, json })
      })
    })
    request.end(sent.body)
  })
}
