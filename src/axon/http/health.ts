import type { ChainState } from '../../plugin/standing.js'
import type { StoreState } from '../../store/nonce-store.js'
import type { Head, Reply } from '../../wires/wire.js'

/** Checked before any synapse, so GET never reaches a synapse of this name. */
const PATH = '/healthz'

export function isHealthCheck({ method, target }: Head): boolean {
  return (method === 'GET' || method === 'HEAD') && (target === PATH || target.startsWith(`${PATH}?`))
}

/** Why the store of nonces has all callers refused: since how long it has failed, or how long it still pauses. */
type StoreHealth =
  | { readonly code: string | null; readonly forMs: number }
  | { readonly code: string; readonly leftMs: number }

type Told = {
  /** undefined without a chain */
  readonly chain: ChainState | undefined
  readonly store: StoreHealth | undefined
  /** how late the event loop is, and whose requests are refused for that; undefined while all work is taken */
  readonly overload: { readonly loopDelayMs: number; readonly sheds: string } | undefined
}

/**
 * Replies 200 while the axon takes questions, 503 while it drains. Neither standings that are not fresh, nor a store that
 * fails, nor an overload change the status: a supervisor that restarted the axon for them would make it worse.
 */
export function healthReply(draining: boolean, told: Told): Reply {
  const body = JSON.stringify({ status: draining ? 'draining' : 'serving', ...told })
  return { status: draining ? 503 : 200, headers: [['content-type', 'application/json']], body }
}

/** Tells why the store refuses, without its address, which is not for everyone; undefined while it does not. */
export function storeHealth({ failure, pause }: StoreState, nowMs: number): StoreHealth | undefined {
  if (failure) return { code: failure.code, forMs: Math.max(0, nowMs - failure.since) }
  return pause ? { code: PAUSE_CODES[pause.why], leftMs: Math.max(0, pause.until - nowMs) } : undefined
}

/** Those of `miner status`. */
const PAUSE_CODES = { unknown: 'NONCES_UNKNOWN', clockSetBack: 'CLOCK_SET_BACK' } as const
