import { openChain } from '#dist/chain/open-chain.js'
import { startChainNode } from '../chain/start-chain-node.ts'
import { theirSubnet } from './callers.ts'

/**
 * Returns how long a miner of a test waits for its node: some times as long as this machine needs now, so that a node which
 * is merely slow does not count as one that is silent.
 */
export async function patience() {
  await using node = await startChainNode({ subnets: [theirSubnet()] })
  const readOnce = async () => {
    await using chain = openChain({ network: node.url })
    await chain.metagraph(1)
  }
  await readOnce() // loads the client
  const start = performance.now()
  await readOnce()
  const ms = Math.ceil(performance.now() - start)
  // Other programs may begin to load the machine after this.
  return { connectMs: 2_000 + 4 * ms, heartbeatMs: 2_000 + 4 * ms, readyMs: 3_000 + 10 * ms, callMs: 5_000 + 20 * ms }
}
