import type { ReplyHead, Served } from '../wire.js'
import type { SynapseClaim } from './claim.js'
import { replyHeaders } from './reply-headers.js'

/**
 * The head of a streamed answer. Despite its type no server-sent events follow, but the text itself.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/stream.py BTStreamingResponse
 */
export function stream(claim: SynapseClaim, served: Served): ReplyHead {
  const status = 200
  return { status, headers: replyHeaders(claim, { status, message: 'Success', type: 'text/event-stream' }, served) }
}
