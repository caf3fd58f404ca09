import type { ChainState } from '../../plugin/standing.js'
import type { Head, Reply } from '../../wires/wire.js'

/** Checked before any synapse, so GET never reaches a synapse of this name. */
const PATH = '/healthz'

export function isHealthCheck({ method, target }: Head): boolean {
  return (method === 'GET' || method === 'HEAD') && (target === PATH || target.startsWith(`${PATH}?`))
}

/**
 * Replies 200 while the axon takes questions, 503 while it drains. Standings that are not fresh change no status: a
 * supervisor that restarted the axon for them would make it worse.
 *
 * @param chain absent without a chain
 */
export function healthReply(draining: boolean, chain?: ChainState): Reply {
  const body = Buffer.from(JSON.stringify({ status: draining ? 'draining' : 'serving', chain }))
  return { status: draining ? 503 : 200, headers: [['content-type', 'application/json']], body }
}
