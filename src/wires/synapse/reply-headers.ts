import { floatText } from '../json/float-text.js'
import type { HeaderList, Served } from '../wire.js'
import { DEFAULT_TIMEOUT_SECONDS, type SynapseClaim } from './claim.js'

/**
 * The head of every reply. Dendrites up to 7.1 read nothing else of an error, and all of them compare names case by
 * case. `axon_signature` is left out: no dendrite checks it, and it would sign strangers' texts.
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
  const tell = (name: string, value: string | number | bigint | null) => {
    if (value) headers.push([name, ascii(String(value), ECHO_LIMIT)])
  }
  tell('bt_header_axon_ip', served.ip)
  tell('bt_header_axon_port', served.port)
  tell('bt_header_axon_hotkey', served.hotkey)
  if (claim === null) return headers
  tell('bt_header_dendrite_ip', claim.address)
  tell('bt_header_dendrite_port', claim.port)
  tell('bt_header_dendrite_version', claim.version)
  tell('bt_header_dendrite_nonce', claim.nonce)
  tell('bt_header_dendrite_uuid', claim.uuid)
  tell('bt_header_dendrite_hotkey', claim.hotkeyText)
  tell('bt_header_dendrite_signature', claim.signature)
  return headers
}

// A dendrite's HTTP client gives up on a header value above 8190 bytes, and so on the whole reply.
const MESSAGE_LIMIT = 2048
const ECHO_LIMIT = 256

/** One line of printable ASCII, at most `limit` characters. */
function ascii(text: string, limit: number): string {
  const short = text.slice(0, limit)
  return NOT_ASCII.test(short) ? short.replace(/[\t\r\n]+/g, ' ').replace(/[^ -~]/gu, '?') : short
}

const NOT_ASCII = /[^ -~]/
