import { readFileSync } from 'node:fs'
import { type Sent, signedRequest, type Wanted } from './signed-request.ts'

const STEPS_TO_1970 = 122_192_928_000_000_000n

/** Makes the uuid that Python's `uuid.uuid1()` returns at that time. */
export function uuid1(epochMs: number, node = '02fc00000001'): string {
  const hex = (BigInt(epochMs) * 10_000n + STEPS_TO_1970).toString(16).padStart(15, '0')
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}-ba07-${node}`
}

/** Builds a request as SDK 6.1.0 signs it: its nonce counts from the boot of the caller. */
export function legacyRequest(wanted: Wanted & { nonce: bigint }): Sent {
  return signedRequest({ version: '610', ...wanted })
}

/** A request that a dendrite sent, and the messages in it. */
export type Recorded = Sent & { readonly messages: readonly string[] }

/** The requests that dendrites 6.1.0 and 6.9.3 of //Alice sent to an axon of //Bob: two of each, the second one without messages. */
export function recordedRequests(): readonly Recorded[] {
  const text = readFileSync(new URL('../fixtures/vectors/axon/requests-6.x.txt', import.meta.url), 'utf8')
  const requests = text.split(/^(?=POST )/m).slice(1)
  return requests.map(one => {
    const [head = '', rest = ''] = one.split('\n\n', 2)
    const [line = '', ...headers] = head.split('\n')
    const pairs = headers.map(header => header.split(': ', 2) as [string, string])
    const [method = '', path = ''] = line.split(' ')
    const body = rest.split('\n', 1)[0]!
    return { method, path, headers: Object.fromEntries(pairs), body, messages: JSON.parse(body).messages }
  })
}
