import { floatText } from '../json/python-number.js'
import type { Refusal, RefusalCode } from '../refusal.js'
import type { HeaderList, Reply, ReplyHead, Served } from '../wire.js'
import { DEFAULT_TIMEOUT_SECONDS, type SynapseClaim } from './claim.js'

/**
 * Returns the head of a streamed answer. Despite its type, the body is plain text, not server-sent events.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/stream.py BTStreamingResponse
 */
export function stream(claim: SynapseClaim, served: Served): ReplyHead {
  const status = 200
  return { status, headers: replyHeaders(claim, { status, message: 'Success', type: 'text/event-stream' }, served) }
}

/** Encodes a refusal as SDK 6.5 and later do: the status, `{"message"}`, and both in headers for older dendrites. */
export function refuse(claim: SynapseClaim | null, refusal: Refusal, served: Served): Reply {
  const { status, message } = refusal
  const key = AS_DETAIL.has(refusal.code) ? 'detail' : 'message'
  return {
    status,
    headers: [...replyHeaders(claim, { status, message }, served), ...refusal.headers],
    body: JSON.stringify({ [key]: message }),
  }
}

/** The refusals that the SDK's web framework sends itself, with its own key. */
const AS_DETAIL: ReadonlySet<RefusalCode> = new Set(['NOT_FOUND', 'METHOD_NOT_ALLOWED'])

/**
 * Returns the headers of every reply. Dendrites up to 7.1 read only these of an error, and all dendrites compare header
 * names case-sensitively. Omits `axon_signature`: no dendrite checks it, and it would sign text chosen by strangers.
 */
export function replyHeaders(
  claim: SynapseClaim | null,
  { status, message, type = 'application/json' }: { status: number; message: string; type?: string },
  served: Served,
): HeaderList {
  const headers: [string, string][] = [
    ['content-type', type],
    ['name', ascii(claim?.synapse ?? 'Synapse', ECHO_LIMIT)],
    ['timeout', floatText(claim?.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS)],
    ['bt_header_axon_status_code', String(status)],
    ['bt_header_axon_status_message', ascii(message, MESSAGE_LIMIT)],
    ['bt_header_axon_process_time', floatText(served.processMs / 1000)],
  ]
  const add = (name: string, value: string | number | bigint | null) => {
    if (value) headers.push([name, ascii(String(value), ECHO_LIMIT)])
  }
  add('bt_header_axon_ip', served.ip)
  add('bt_header_axon_port', served.port)
  add('bt_header_axon_hotkey', served.hotkey)
  if (claim === null) return headers
  add('bt_header_dendrite_ip', claim.address)
  add('bt_header_dendrite_port', claim.port)
  add('bt_header_dendrite_version', claim.version)
  add('bt_header_dendrite_nonce', claim.nonce)
  add('bt_header_dendrite_uuid', claim.uuid)
  add('bt_header_dendrite_hotkey', claim.hotkeyText)
  add('bt_header_dendrite_signature', claim.signature)
  return headers
}

// A dendrite's HTTP client rejects a header value above 8190 bytes, and with it the whole reply.
const MESSAGE_LIMIT = 2048
const ECHO_LIMIT = 256

/** Reduces a text to one line of printable ASCII, at most `limit` characters. */
function ascii(text: string, limit: number): string {
  const short = text.slice(0, limit)
  return NOT_ASCII.test(short) ? short.replace(/[\t\r\n]+/g, ' ').replace(/[^ -~]/gu, '?') : short
}

const NOT_ASCII = /[^ -~]/
