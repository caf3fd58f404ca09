import type { ChainNode } from '../chain-node.js'

/** Reads the time of the newest block, finalised or not: epoch milliseconds. */
export async function readNewestTime({ api }: ChainNode, signal: AbortSignal): Promise<number> {
  return Number(await api.query.Timestamp?.Now?.getValue({ at: 'best', signal }))
}
