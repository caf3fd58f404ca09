import assert from 'node:assert/strict'
import type { Axon } from '#dist/axon/serve-axon.js'
import { type Got, send, signedRequest } from '../support/signed-request.ts'

/** Is it the refusal, in the form that every dendrite understands: HTTP status, two headers, JSON? */
export function assertRefused(got: Got | null, status: number, message: string | RegExp): void {
  assert.ok(got, 'the connection was closed without a reply')
  assert.equal(got.status, status, got.text)
  if (typeof message === 'string') assert.equal(got.json.message, message)
  else assert.match(got.json.message, message)
  assert.equal(got.headers['content-type'], 'application/json')
  assert.equal(got.headers.bt_header_axon_status_code, String(status))
  assert.equal(got.headers.bt_header_axon_status_message, got.json.message)
}

/** Does it still answer? */
export async function assertAlive(axon: Axon): Promise<void> {
  assert.equal((await send(axon.url, signedRequest())).status, 200)
}
