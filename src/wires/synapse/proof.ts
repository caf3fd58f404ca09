import { Refusal } from '../refusal.js'
import type { Proof } from '../wire.js'
import type { SynapseClaim } from './claim.js'
import { legacyDendrite } from './legacy-dendrite.js'

/** Allowed difference between the two clocks (opentensor/bittensor bittensor/core/axon.py ALLOWED_DELTA). */
const DELTA_MS = 4_000
/** Cap on the timeout that widens the window, because the timeout is not signed. */
const MAX_TIMEOUT_MS = 60_000

/**
 * Returns what a claim must prove: that its hotkey signed its nonce, uuid and body hash for `receiver`.
 *
 * @throws {Refusal} NOT_VERIFIED, in the words of the SDK's axon and wallet
 */
export function proof(claim: SynapseClaim, receiver: string): Proof {
  const { hotkeyText, hotkey, nonce, uuid, bodyHash } = claim
  if (hotkeyText === null) throw notVerified('No SS58 formatted address or public key provided.')
  if (hotkey === null) throw notVerified('Invalid SS58 address: not an address of network prefix 42')
  if (nonce === null) throw notVerified('Missing Nonce')
  const signature = signatureBytes(claim.signature)
  // Python prints a missing value as None. It signs the parsed nonce, not the header's text.
  const dendrite = uuid ?? 'None'
  const legacy = legacyDendrite(nonce, { hotkey, uuid: dendrite })
  return {
    text: Buffer.from(`${nonce}.${hotkey}.${receiver}.${dendrite}.${bodyHash ?? 'None'}`),
    signature,
    hotkey,
    sequence: `${hotkey}:${dendrite}`,
    replayKey: `${hotkey}:${dendrite}:${nonce}`,
    signedAtNs: nonce,
    maxAgeMs: DELTA_MS + Math.min(claim.timeoutMs ?? 0, MAX_TIMEOUT_MS),
    maxAheadMs: DELTA_MS,
    keepMs: DELTA_MS + MAX_TIMEOUT_MS,
    legacy,
  }
}

function signatureBytes(text: string | null): Uint8Array {
  if (text === null) throw notVerified('Missing Signature')
  if (!text.startsWith('0x')) throw notVerified('Invalid signature format. Expected hex string.')
  if (text.length % 2 === 1) throw notVerified('Invalid hex string: OddLength')
  if (!/^0x[0-9a-fA-F]*$/.test(text)) throw notVerified('Invalid hex string: InvalidHexCharacter')
  if (text.length !== 2 + 128) throw notVerified('Invalid signature')
  return Buffer.from(text.slice(2), 'hex')
}

function notVerified(why: string): Refusal {
  return new Refusal('NOT_VERIFIED', why)
}
