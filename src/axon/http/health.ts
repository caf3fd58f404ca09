import type { Head, Reply } from '../../wires/wire.js'

/** Looked at before any synapse, so one of this name would not be reached by GET. */
const PATH = '/healthz'

export function isHealthCheck({ method, target }: Head): boolean {
  return (method === 'GET' || method === 'HEAD') && (target === PATH || target.startsWith(`${PATH}?`))
}

/** 200 while the axon takes questions, 503 while it finishes the last ones. */
export function healthReply(draining: boolean): Reply {
  const body = Buffer.from(JSON.stringify({ status: draining ? 'draining' : 'serving' }))
  return { status: draining ? 503 : 200, headers: [['content-type', 'application/json']], body }
}
