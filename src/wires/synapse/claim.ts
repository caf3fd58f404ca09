import { isAddress } from '../../keys/ss58.js'
import { pythonFloat, pythonInt } from '../json/python-number.js'
import { Refusal } from '../refusal.js'
import type { Claim, Head } from '../wire.js'

/** A dendrite's default timeout. */
export const DEFAULT_TIMEOUT_SECONDS = 12

/** A head of the synapse wire, parsed as the SDK's axon parses it. */
export type SynapseClaim = Claim & {
  /** the hotkey header unchanged; null when absent or empty */
  readonly hotkeyText: string | null
  readonly nonce: bigint | null
  readonly uuid: string | null
  /** null when absent or empty */
  readonly signature: string | null
  readonly bodyHash: string | null
  readonly version: bigint | null
  /** the value that a reply repeats: finite; 12 when the caller sent no finite number */
  readonly timeoutSeconds: number
  /** the caller's address, which replies report instead of the head's */
  readonly address: string
  readonly port: number
}

/**
 * Parses the claim of a head. Ignores the headers that decide nothing here: the axon's side, sizes, `input_obj`.
 *
 * @throws {Refusal} MALFORMED when a header is repeated, or a numeric one is not a number · NOT_FOUND
 */
export function claim(head: Head): SynapseClaim {
  const synapse = synapseOf(head.target)
  if (synapse === null) throw new Refusal('NOT_FOUND')
  const headers = ownHeaders(head.rawHeaders)
  const read = <T>(name: string, convert: (text: string) => T | null): T | null => {
    const text = headers.get(name)
    if (text === undefined) return null
    const value = convert(text)
    if (value === null) throw new Refusal('MALFORMED', `The header ${name} is not a number`)
    return value
  }

  const hotkeyText = headers.get('bt_header_dendrite_hotkey') || null
  const timeout = read('timeout', pythonFloat)
  return {
    // A claim without a valid hotkey passes `screen`, and `proof` refuses it.
    hotkey: hotkeyText !== null && isAddress(hotkeyText) ? hotkeyText : null,
    synapse,
    timeoutMs: timeout !== null && timeout > 0 && Number.isFinite(timeout * 1000) ? timeout * 1000 : null,
    hotkeyText,
    nonce: read('bt_header_dendrite_nonce', pythonInt),
    uuid: headers.get('bt_header_dendrite_uuid') ?? null,
    signature: headers.get('bt_header_dendrite_signature') || null,
    bodyHash: headers.get('computed_body_hash') ?? null,
    version: read('bt_header_dendrite_version', pythonInt),
    timeoutSeconds: timeout !== null && Number.isFinite(timeout) ? timeout : DEFAULT_TIMEOUT_SECONDS,
    address: head.address,
    port: head.port,
  }
}

/** Returns the headers of this wire by name. Refuses a repeated header, because it is ambiguous. */
function ownHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase()
    if (!name.startsWith('bt_header_') && name !== 'timeout' && name !== 'computed_body_hash') continue
    if (headers.has(name)) throw new Refusal('MALFORMED', `The header ${name.slice(0, 64)} comes twice`)
    headers.set(name, rawHeaders[at + 1]!)
  }
  return headers
}

/**
 * Returns the synapse that a request target names: its path of one segment, percent-decoded; `''` for `/`.
 *
 * @returns null when the target has more than one segment, or is not a path
 */
export function synapseOf(target: string): string | null {
  const [path = ''] = target.split('?', 1)
  const decoded = unquote(path)
  if (!decoded.startsWith('/') || decoded.includes('/', 1)) return null
  return decoded.slice(1)
}

// Decodes as Python's urllib.parse.unquote, which the SDK's server uses: `%zz` is kept, and bytes that are not UTF-8
// become U+FFFD.
function unquote(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, bytes => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
}
