// Why a node refuses a transaction, as a name. polkadot-sdk spells it in three ways.

/**
 * Returns the name of a dispatch error: `ServingRateLimitExceeded`, `BadOrigin`, `Token(FundsUnavailable)`.
 *
 * @param error of the event `System.ExtrinsicFailed`, as polkadot-api decodes it
 */
export function dispatchReason(error: unknown): string {
  if (!isVariant(error) || error.type !== 'Module' || !isVariant(error.value)) return nameOf(error)
  const { type: pallet, value: inner } = error.value
  return pallet === 'SubtensorModule' ? nameOf(inner) : `${pallet}.${nameOf(inner)}`
}

/**
 * Returns the name of a validity error: `Stale`, `Custom(12)`.
 *
 * @param error of polkadot-api's `InvalidTxError`: an `Invalid` or an `Unknown`. Where the metadata does not describe it,
 *   polkadot-api names them `InvalidTransaction` and `UnknownTransaction`
 */
export function validityReason(error: unknown): string {
  return nameOf(isVariant(error) && isVariant(error.value) ? error.value : error)
}

/**
 * Returns the name of the error with which the pool of a node refuses a transaction: `Stale`, `Custom(12)`,
 * `TooLowPriority`. Undefined: it is another error of JSON-RPC.
 *
 * @see polkadot-sdk substrate/client/rpc-api/src/author/error.rs, and the texts of `InvalidTransaction` in
 *   substrate/primitives/runtime/src/transaction_validity.rs
 */
export function poolReason(error: unknown): string | undefined {
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown }
  if (typeof code !== 'number') return undefined
  if (code !== INVALID) return poolCodes.get(code)
  const text = typeof data === 'string' ? data : String(message)
  const custom = /^Custom error: (\d+)$/.exec(text)
  if (custom) return `Custom(${custom[1]})`
  return invalidTexts.find(([pattern]) => pattern.test(text))?.[1] ?? text
}

/** "Invalid Transaction": the data tells more. */
const INVALID = 1010

const invalidTexts: readonly (readonly [RegExp, string])[] = [
  [/outdated/i, 'Stale'],
  [/bad signature/i, 'BadProof'],
  [/ancient birth block/i, 'AncientBirthBlock'],
  [/exhaust the block limits/i, 'ExhaustsResources'],
]

const poolCodes: ReadonlyMap<number, string> = new Map([
  [1002, 'VerificationError'],
  [1011, 'UnknownValidity'],
  [1012, 'TemporarilyBanned'],
  [1013, 'AlreadyImported'],
  [1014, 'TooLowPriority'],
  [1016, 'ImmediatelyDropped'],
  [1018, 'Unactionable'],
  [1021, 'Future'],
])

/** A value of an enum of the runtime, as polkadot-api decodes it. */
type Variant = { readonly type: string; readonly value?: unknown }

function isVariant(value: unknown): value is Variant {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Returns a variant as text, with the number or the variant that it holds. */
function nameOf(variant: unknown): string {
  if (!isVariant(variant)) return 'unknown'
  const held = isVariant(variant.value) ? variant.value.type : variant.value
  return typeof held === 'number' || typeof held === 'string' ? `${variant.type}(${held})` : variant.type
}
