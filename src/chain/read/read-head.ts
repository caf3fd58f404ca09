import type { ChainHead } from '../chain.js'
import type { ChainNode } from '../chain-node.js'
import { atFinalised, type Block } from './block.js'
import { UnexpectedShape } from './type-shape.js'

/**
 * Reads the latest finalised block.
 *
 * @throws {ChainError} RUNTIME_UNSUPPORTED · what polkadot-api throws when the connection fails · the signal's reason
 */
export function readHead(node: ChainNode, signal: AbortSignal): Promise<ChainHead> {
  return atFinalised(node, signal, async block => ({
    number: block.number,
    hash: block.hash,
    at: await blockTime(block),
    specVersion: block.runtime.specVersion,
  }))
}

/** Reads the time of the newest block, finalised or not: epoch milliseconds. */
export async function readNewestTime({ api }: ChainNode, signal: AbortSignal): Promise<number> {
  return Number(await api.query.Timestamp?.Now?.getValue({ at: 'best', signal }))
}

/** Returns the time that the block itself has, epoch milliseconds. */
export async function blockTime(block: Block): Promise<number> {
  const now = await block.value('Timestamp.Now')
  const at = now.integer('u64')
  if (at > MAX_TIME) throw new UnexpectedShape(`Timestamp.Now is ${at}, which is beyond all dates`)
  return at
}

/** A `Date` holds no more. */
const MAX_TIME = 8.64e15
