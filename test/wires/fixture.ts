// What the tests of the wires share: two keys, the recorded request, heads that are validly signed.
import { readFileSync } from 'node:fs'
import { getPublicKey, secretFromSeed, sign, verify } from '@scure/sr25519'
import { readJson } from '#dist/wires/json/read.js'
import { isObject, type JsonObject } from '#dist/wires/json/tree.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import type { HashField, Head } from '#dist/wires/wire.js'

export function vector(path: string): Buffer {
  return readFileSync(new URL(`../fixtures/vectors/${path}`, import.meta.url))
}

function key(address: string, seed: string) {
  const secret = secretFromSeed(Buffer.from(seed, 'hex'))
  return { address, publicKey: getPublicKey(secret), sign: (message: Uint8Array) => sign(secret, message) }
}

// substrate's development keys //Alice and //Bob
export const alice = key(
  '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  'e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a',
)
export const bob = key(
  '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
  '398f0c28f98885e046333d4a41c19cef4c37368a9832c6502f6cfd182e2aef89',
)

export function isSignedBy(publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean {
  return verify(text, signature, publicKey)
}

export const served = { hotkey: bob.address, ip: '127.0.0.1', port: 8091, processMs: 12.5 }

export function head(rawHeaders: readonly string[], target = '/Prompting'): Head {
  return { method: 'POST', target, rawHeaders, address: '203.0.113.7', port: 40_000 }
}

/** A head signed by //Alice for //Bob; `change` replaces headers, null takes one away. */
export function signedHead(options: {
  body: string
  hashed?: readonly HashField[]
  change?: Readonly<Record<string, string | null>>
  target?: string
}): Head {
  const headers: Record<string, string | null> = {
    timeout: '12.0',
    bt_header_dendrite_version: '10002000',
    bt_header_dendrite_nonce: '1795354700061001290',
    bt_header_dendrite_uuid: 'f3c1b0de-8a52-11ee-8c99-0242ac120002',
    bt_header_dendrite_hotkey: alice.address,
    bt_header_input_obj_messages: 'W10=',
    computed_body_hash: bodyHash(tree(options.body), options.hashed ?? ['messages'], '15.0'),
    ...options.change,
  }
  const part = (name: string) => headers[name] ?? 'None'
  const text = [
    part('bt_header_dendrite_nonce'),
    part('bt_header_dendrite_hotkey'),
    bob.address,
    part('bt_header_dendrite_uuid'),
    part('computed_body_hash'),
  ].join('.')
  const signature = `0x${Buffer.from(alice.sign(Buffer.from(text))).toString('hex')}`
  const all = { bt_header_dendrite_signature: signature, ...headers }
  return head(
    Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [name, value])),
    options.target,
  )
}

export function tree(json: string | Uint8Array): JsonObject {
  const value = readJson(Buffer.from(json))
  if (!isObject(value)) throw new Error('this test needs a JSON object')
  return value
}

/** One recorded HTTP message: status or request line, headers as they came, body. */
export function message(text: string): { start: string; rawHeaders: string[]; body: Buffer } {
  const [, head = '', rest = ''] = /^(.*?)\r?\n\r?\n(.*)$/s.exec(text) ?? []
  const [start = '', ...lines] = head.split(/\r?\n/)
  const rawHeaders = lines.flatMap(line => {
    const colon = line.indexOf(': ')
    return [line.slice(0, colon), line.slice(colon + 2)]
  })
  const length = Number(rawHeaders[rawHeaders.findIndex(name => name.toLowerCase() === 'content-length') + 1])
  return { start, rawHeaders, body: Buffer.from(rest).subarray(0, length) }
}

/** A generator of numbers in [0, 1) that gives the same ones each time. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
