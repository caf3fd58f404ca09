import { withTimeout } from '../../async/timeout.js'
import type { Miner, ProvenCall, Verdict } from '../../plugin/miner.js'
import type { Request } from './read.js'

/** How long a hook may take for one call. */
const MAX_MS = 100

/** Receives what a hook threw: its own error, a time-out, or that its value does not have its type. */
export type OnHookFailed = (hook: 'blacklist' | 'priority', error: unknown) => void

export type HookContext = { readonly miner: Miner; readonly onHookFailed: OnHookFailed }

/** Asks the miner's `blacklist` hook; null where the miner has none, it fails, or the call is unsigned. */
export async function blacklistVerdict(
  { miner, onHookFailed }: HookContext,
  request: Request,
  id: string,
): Promise<Verdict | null> {
  const call = miner.blacklist ? provenCall(request, id) : null
  if (!call) return null
  return ask(() => miner.blacklist!(call), isVerdict).catch(error => {
    onHookFailed('blacklist', error)
    return null
  })
}

/** Asks the miner's `priority` hook; 0, at once, where the miner has none, and 0 where it fails, or the call is unsigned. */
export function priorityOf(
  { miner, onHookFailed }: HookContext,
  request: Request,
  id: string,
): number | Promise<number> {
  const call = miner.priority ? provenCall(request, id) : null
  if (!call) return 0
  return ask(() => miner.priority!(call), isNumber).catch(error => {
    onHookFailed('priority', error)
    return 0
  })
}

function provenCall({ call: { hotkey, claim }, body }: Request, id: string): ProvenCall | null {
  return hotkey === null ? null : { id, caller: hotkey, synapse: claim.synapse, body }
}

async function ask<T>(hook: () => T | Promise<T>, fits: (value: unknown) => boolean): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  // The time begins before the call: a hook may compute before it first waits.
  const answer = withTimeout(promise, MAX_MS)
  resolve((async () => hook())())
  const value = await answer
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
