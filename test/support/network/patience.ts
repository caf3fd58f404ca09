import { openChain } from '#dist/chain/open-chain.js'
import { startChainNode } from '../chain/start-chain-node.ts'
import { theirSubnet } from './callers.ts'

/**
 * Returns how long a miner of a test waits for its node, which shares a process with it: as long as this machine needs, so
 * that a node which is merely slow never counts as one that is silent.
 */
export async function patience() {
  await using node = await startChainNode({ subnets: [theirSubnet()] })
  await using chain = openChain({ network: node.url })
  const start = performance.now()
  await chain.metagraph(1)
  const ms = performance.now() - start
  return { connectMs: 1_000 + 4 * ms, heartbeatMs: 1_000 + 4 * ms, readyMs: 4_000 + 10 * ms, callMs: 8_000 + 20 * ms }
}
