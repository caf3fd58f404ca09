import type { Head, Reply } from '../../wires/wire.js'

/** Checked before any synapse, so GET never reaches a synapse of this name. */
const PATH = '/healthz'

export function isHealthCheck({ method, target }: Head): boolean {
  return (method === 'GET' || method === 'HEAD') && (target === PATH || target.startsWith(`${PATH}?`))
}

/** Replies 200 while the axon takes questions, 503 while it drains. */
export function healthReply(draining: boolean): Reply {
  const body = Buffer.from(JSON.stringify({ status: draining ? 'draining' : 'serving' }))
  return { status: draining ? 503 : 200, headers: [['content-type', 'application/json']], body }
}
