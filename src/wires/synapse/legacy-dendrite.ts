import type { LegacyDendrite } from '../wire.js'

/** As a time it would be in 1973; as a machine's time since its boot, three years. */
const FIRST_TIME_NS = 10n ** 17n

/**
 * Returns the dendrite of a legacy nonce. SDK 6.0 to 7.1 take `time.monotonic_ns()`, which counts from the boot of their
 * machine (opentensor/bittensor v6.1.0 bittensor/dendrite.py preprocess_synapse_for_request).
 *
 * @returns null when the nonce is a time
 */
export function legacyDendrite(
  nonce: bigint,
  { hotkey, uuid }: { readonly hotkey: string; readonly uuid: string },
): LegacyDendrite | null {
  if (nonce < 0n || nonce >= FIRST_TIME_NS) return null
  return { hotkey, sequence: `${hotkey}:${uuid}`, madeAtNs: madeAtNs(uuid) }
}

/** RFC 9562, version 1: low, middle and high part of a time in steps of 100 ns since 1582. */
const VERSION_1 = /^([0-9a-f]{8})-([0-9a-f]{4})-1([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const STEPS_TO_1970 = 0x01b2_1dd2_1381_4000n

/** Reads when a dendrite was made from its uuid, which is `uuid.uuid1()` in each SDK; 0 when it does not tell. */
function madeAtNs(uuid: string): bigint {
  const [, low, middle, high] = VERSION_1.exec(uuid) ?? []
  const steps = BigInt(`0x${high ?? ''}${middle ?? ''}${low ?? '0'}`)
  return steps > STEPS_TO_1970 ? (steps - STEPS_TO_1970) * 100n : 0n
}
