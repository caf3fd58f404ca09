import { withTimeout } from '../../async/timeout.js'
import type { Miner, ProvenCall, Verdict } from '../../plugin/miner.js'
import { Refusal } from '../../wires/refusal.js'

/** How long a hook may think about one call. */
const MAX_MS = 100

/** Hears of a hook that threw, took too long, or said what its type does not allow. */
export type OnHookFailed = (hook: 'blacklist' | 'priority', error: unknown) => void

/**
 * Asks the miner whether it wants this call at all. A hook that fails has no say.
 *
 * @throws {Refusal} BLACKLISTED
 */
export async function accept(miner: Miner, call: ProvenCall, onFailed: OnHookFailed): Promise<void> {
  if (!miner.blacklist) return
  const verdict = await askHook(() => miner.blacklist!(call), isVerdict).catch(error => onFailed('blacklist', error))
  if (verdict?.allow === false) throw new Refusal('BLACKLISTED', verdict.reason)
}

/** How soon the miner wants a call answered; 0 where it does not say. */
export async function priorityOf(miner: Miner, call: ProvenCall, onFailed: OnHookFailed): Promise<number> {
  if (!miner.priority) return 0
  return (await askHook(() => miner.priority!(call), isNumber).catch(error => onFailed('priority', error))) ?? 0
}

async function askHook<T>(ask: () => T | Promise<T>, fits: (value: unknown) => boolean): Promise<T> {
  const value = await withTimeout(Promise.resolve(ask()), MAX_MS)
  if (fits(value)) return value
  throw new TypeError('returned a value that its type does not allow')
}

function isVerdict(value: unknown): boolean {
  const { allow, reason } = (value ?? {}) as { readonly [name in keyof (Verdict & { reason: string })]: unknown }
  return allow === true || (allow === false && typeof reason === 'string')
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}
