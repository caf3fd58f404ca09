import type { Refusal, RefusalCode } from '../refusal.js'
import type { Reply, Served } from '../wire.js'
import type { SynapseClaim } from './claim.js'
import { replyHeaders } from './reply-headers.js'

/** A refusal as SDK 6.5 and later send it: the status, `{"message"}`, and both in headers for older dendrites. */
export function refuse(claim: SynapseClaim | null, refusal: Refusal, served: Served): Reply {
  const { status, message } = refusal
  const key = AS_DETAIL.has(refusal.code) ? 'detail' : 'message'
  return {
    status,
    headers: [...replyHeaders(claim, { status, message }, served), ...refusal.headers],
    body: Buffer.from(JSON.stringify({ [key]: message })),
  }
}

/** These the SDK's web framework answers itself, in a form of its own. */
const AS_DETAIL: ReadonlySet<RefusalCode> = new Set(['NOT_FOUND', 'METHOD_NOT_ALLOWED'])
