import { toTree } from '../json/convert.js'
import { floatText } from '../json/python-number.js'
import type { JsonObject, JsonTree } from '../json/tree.js'
import { writeJson } from '../json/write.js'
import type { Reply, Served } from '../wire.js'
import type { SynapseClaim } from './claim.js'
import { replyHeaders } from './reply-head.js'
import { terminalText } from './terminal.js'

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
  const fields = new Map<string, JsonTree>()
  for (const [name, value] of tree) if (!PROVEN.has(name)) fields.set(name, value)
  for (const [name, value] of Object.entries(patch)) if (!PROVEN.has(name)) fields.set(name, toTree(value))
  if (fields.get('completion') === null) fields.delete('completion')
  // Text at once: trees of what the head proved would be more than all that the caller sent.
  const axon = terminalText({
    status_code: String(success.status),
    status_message: JSON.stringify(success.message),
    process_time: floatText(served.processMs / 1000),
    ip: JSON.stringify(served.ip),
    port: String(served.port),
    hotkey: JSON.stringify(served.hotkey),
  })
  let body = `{"name":${JSON.stringify(claim.synapse)},"timeout":${floatText(claim.timeoutSeconds)}`
  body += `,"dendrite":${dendrite(claim)},"axon":${axon},"computed_body_hash":""`
  for (const [name, value] of fields) body += `,${JSON.stringify(name)}:${writeJson(value)}`
  return { status: success.status, headers: replyHeaders(claim, success, served), body: `${body}}` }
}

/** The fields that the head proved. */
const PROVEN: ReadonlySet<string> = new Set(['name', 'timeout', 'dendrite', 'axon', 'computed_body_hash'])

function dendrite(claim: SynapseClaim): string {
  return terminalText({
    ip: JSON.stringify(claim.address),
    port: String(claim.port),
    version: String(claim.version),
    nonce: String(claim.nonce),
    uuid: JSON.stringify(claim.uuid),
    hotkey: JSON.stringify(claim.hotkey),
    signature: JSON.stringify(claim.signature),
  })
}
