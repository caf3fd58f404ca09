import { toTree } from '../json/convert.js'
import { floatText } from '../json/python-number.js'
import { JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { writeJson } from '../json/write.js'
import type { Reply, Served } from '../wire.js'
import type { SynapseClaim } from './claim.js'
import { replyHeaders } from './reply-head.js'
import { terminal } from './terminal.js'

/**
 * Encodes a whole answer: the request's fields unchanged, overridden by those of `patch`, plus the fields that the head
 * proved, which override the body's. Never writes a null `timeout`, `dendrite`, `axon` or `completion`, because that
 * ends a validator's whole step (Python raises out of `dendrite.call`).
 */
export function encodeReply(
  claim: SynapseClaim,
  tree: JsonObject,
  patch: Readonly<Record<string, unknown>>,
  served: Served,
): Reply {
  const success = { status: 200, message: 'Success' }
  const synapse = new Map<string, JsonTree>([
    ['name', claim.synapse],
    ['timeout', float(claim.timeoutSeconds)],
    ['dendrite', dendrite(claim)],
    [
      'axon',
      terminal({
        status_code: toTree(success.status),
        status_message: success.message,
        process_time: float(served.processMs / 1000),
        ip: served.ip,
        port: toTree(served.port),
        hotkey: served.hotkey,
      }),
    ],
    ['computed_body_hash', ''],
  ])
  const proven = new Set(synapse.keys())
  for (const [name, value] of tree) if (!proven.has(name)) synapse.set(name, value)
  for (const [name, value] of Object.entries(patch)) if (!proven.has(name)) synapse.set(name, toTree(value))
  if (synapse.get('completion') === null) synapse.delete('completion')
  return {
    status: success.status,
    headers: replyHeaders(claim, success, served),
    body: Buffer.from(writeJson(synapse)),
  }
}

function dendrite(claim: SynapseClaim): JsonObject {
  return terminal({
    ip: claim.address,
    port: toTree(claim.port),
    version: toTree(claim.version),
    nonce: toTree(claim.nonce),
    uuid: claim.uuid,
    hotkey: claim.hotkey,
    signature: claim.signature,
  })
}

function float(value: number): JsonNumber {
  return new JsonNumber(floatText(value))
}
