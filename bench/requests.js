import { randomUUID } from 'node:crypto'
import { developmentKeys } from '../dist/keys/development-keys.js'
import { keypairFromUri } from '../dist/keys/key-uri.js'
import { fieldsOf } from '../dist/wires/json/convert.js'
import { bodyHash } from '../dist/wires/synapse/body-hash.js'
import { buildRequest } from '../dist/wires/synapse/build-request.js'

/** The miner that is asked. */
export const receiver = { hotkey: developmentKeys[1].address, ip: '127.0.0.1', port: 8091 }
/** What each request asks. */
export const prompt = { roles: ['system', 'user'], messages: ['You are a helpful assistant.', 'hi'] }
const fields = fieldsOf({ ...prompt, completion: '', required_hash_fields: ['messages'] })
const synapse = { name: 'Prompting', fields, required: ['roles', 'messages'] }
const hash = bodyHash(fields, ['messages'], '15.0')

/** The callers: 64 hotkeys, so that caching a single key does not distort the result. */
export const callers = await Promise.all(Array.from({ length: 64 }, (_, at) => keypairFromUri(`//bench//${at}`)))

/**
 * Builds requests for //Bob, signed now and valid for a minute. Each has its own uuid, because the SDK wants rising
 * nonces.
 */
export function signedRequests(count) {
  return Array.from({ length: count }, (_, at) => {
    const { path, headers, body } = buildRequest(synapse, {
      signer: callers[at % callers.length],
      callerIp: '127.0.0.1',
      receiver,
      nonce: BigInt(Date.now()) * 1_000_000n + BigInt(at),
      uuid: randomUUID(),
      timeoutSeconds: 60,
      bodyHash: hash,
    })
    return requestBytes(path, headers, body)
  })
}

/** Builds a request without its signature. */
export function unsignedRequest() {
  const [request] = signedRequests(1)
  return Buffer.from(request.toString().replace(/bt_header_dendrite_signature: .*\r\n/, ''))
}

/** An HTTP request as it is sent. */
export function requestBytes(path, headers, body) {
  const lines = [...headers, ['host', '127.0.0.1'], ['content-length', String(body.length)]]
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), body])
}
