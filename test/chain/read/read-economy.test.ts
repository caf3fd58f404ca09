import assert from 'node:assert/strict'
import { readEconomy } from '#dist/chain/read/read-subnet.js'
import { openNode } from '../../support/chain/open-node.ts'
import { specs } from '../../support/chain/runtime.ts'
import { type ChainNodeOptions, startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'

const signal = AbortSignal.timeout(600_000)
const weights = new Map([
  [3, [[7, 1] as const, [9, 3] as const]],
  [5, [[7, 65_535] as const]],
  [6, [[9, 1] as const]],
  [8, []],
])
const pool = { tao: 50_000_000_000n, alpha: 2_000_000_000_000n }

describe('readEconomy', () => {
  for (const spec of specs)
    it(`reads the price of alpha, and who weighs a neuron, on runtime ${spec}`, async () => {
      const { alphaPriceRao, weights: read } = await economyFrom(
        { spec, subnets: [subnetOf([], { weights, pool })] },
        7,
      )
      assert.equal(alphaPriceRao, spec === 103 ? null : 25_000_000n)
      assert.deepEqual(
        read.toSorted((one, other) => one.uid - other.uid),
        [
          { uid: 3, share: 0.25 },
          { uid: 5, share: 1 },
        ],
      )
    })

  it('takes an alpha for a TAO on a subnet without a pool', async () => {
    for (const spec of [218, 381] as const)
      assert.deepEqual(await economyFrom({ spec, subnets: [subnetOf([])] }, 7), {
        alphaPriceRao: 1_000_000_000n,
        weights: [],
      })
  })

  it('does not know a subnet that the chain has not', async () => {
    await using server = await startChainNode({ subnets: [subnetOf([])] })
    await using node = await openNode(server)
    for (const netuid of [2, -1, 70_000])
      await assert.rejects(readEconomy(node, netuid, 7, signal), { code: 'SUBNET_UNKNOWN' })
  })
})

async function economyFrom(options: ChainNodeOptions, uid: number) {
  await using server = await startChainNode(options)
  await using node = await openNode(server)
  return await readEconomy(node, 1, uid, signal)
}
