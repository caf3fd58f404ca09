import type { Head } from '../chain.js'
import type { ChainNode } from '../chain-node.js'

/** Reads the latest finalised block, and what its own clock and runtime are. */
export async function readHead({ client, api }: ChainNode, signal: AbortSignal): Promise<Head> {
  const { number, hash } = await client.getFinalizedBlock()
  const [at, version] = await Promise.all([
    timeOf(api, hash, signal),
    api.constants.System?.Version?.({ at: hash, signal }),
  ])
  return { number, hash, at, specVersion: Number((version as { spec_version: number }).spec_version) }
}

/** Reads the time of the newest block, finalised or not: epoch milliseconds. */
export function readNewestTime({ api }: ChainNode, signal: AbortSignal): Promise<number> {
  return timeOf(api, 'best', signal)
}

async function timeOf(api: ChainNode['api'], at: string, signal: AbortSignal): Promise<number> {
  return Number(await api.query.Timestamp?.Now?.getValue({ at, signal }))
}
