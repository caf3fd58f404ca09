import type { ChainState } from '../../plugin/standing.js'
import type { Head, Reply } from '../../wires/wire.js'

/** Checked before any synapse, so GET never reaches a synapse of this name. */
const PATH = '/healthz'

export function isHealthCheck({ method, target }: Head): boolean {
  return (method === 'GET' || method === 'HEAD') && (target === PATH || target.startsWith(`${PATH}?`))
}

type Told = {
  /** undefined without a chain */
  readonly chain: ChainState | undefined
  /** why nonces cannot be kept, so that requests get 503; undefined while they can */
  readonly store: { readonly code: string | null; readonly forMs: number } | undefined
  /** how late the event loop is, and whose requests are refused for that; undefined while all work is taken */
  readonly overload: { readonly loopDelayMs: number; readonly sheds: string } | undefined
}

/**
 * Replies 200 while the axon takes questions, 503 while it drains. Neither standings that are not fresh, nor a store that
 * fails, nor an overload change the status: a supervisor that restarted the axon for them would make it worse.
 */
export function healthReply(draining: boolean, told: Told): Reply {
  const body = Buffer.from(JSON.stringify({ status: draining ? 'draining' : 'serving', ...told }))
  return { status: draining ? 503 : 200, headers: [['content-type', 'application/json']], body }
}
