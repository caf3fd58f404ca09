import assert from 'node:assert/strict'
import { readSubnet } from '#dist/chain/read/read-subnet.js'
import { RuntimeEditor } from '../../support/chain/edited-runtime.ts'
import { openNode } from '../../support/chain/open-node.ts'
import { RECORDED_BLOCK } from '../../support/chain/recorded-subnet.ts'
import { specs } from '../../support/chain/runtime.ts'
import { type ChainNodeOptions, startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'

const signal = AbortSignal.timeout(600_000)
const subnets = [
  subnetOf([], { netuid: 1 }),
  subnetOf([], {
    netuid: 300,
    tempo: 361,
    lastStep: RECORDED_BLOCK - 7,
    immunityPeriod: 5001,
    servingRateLimit: 52,
  }),
]
const expected = { netuid: 300, tempo: 361, lastStep: RECORDED_BLOCK - 7, immunityPeriod: 5001, servingRateLimit: 52 }

describe('readSubnet', () => {
  for (const spec of specs)
    it(`reads the parameters of a subnet on runtime ${spec}`, async () => {
      assert.deepEqual(await subnetFrom({ spec, subnets }, 300), expected)
    })

  for (const netuid of [2, 65_535, 65_836, -1, 0.5])
    it(`does not know subnet ${netuid}`, async () => {
      await assert.rejects(subnetFrom({ subnets }, netuid), {
        name: 'ChainError',
        code: 'SUBNET_UNKNOWN',
        message: `the chain has no subnet ${netuid}`,
        hint: 'name one with --netuid',
      })
    })

  it('computes the last step from the blocks since, where no item has its block', async () => {
    const editor = new RuntimeEditor(381)
    editor.removeItem('LastMechansimStepBlock')
    await using server = await startChainNode({ subnets, protocol: 'legacy' })
    server.upgrade(editor.build(500))
    await using node = await openNode(server)
    assert.deepEqual(await readSubnet(node, 300, signal), expected)
  })

  it('knows no last step before the first one', async () => {
    const options = { subnets: [subnetOf([], { lastStep: 0 })] }
    assert.equal((await subnetFrom(options, 1)).lastStep, null)
  })

  it('knows no last step where the runtime stores none', async () => {
    const editor = new RuntimeEditor(381)
    for (const name of ['LastMechansimStepBlock', 'BlocksSinceLastStep']) editor.removeItem(name)
    await using server = await startChainNode({ subnets, protocol: 'legacy' })
    server.upgrade(editor.build(500))
    await using node = await openNode(server)
    assert.equal((await readSubnet(node, 300, signal)).lastStep, null)
  })
})

async function subnetFrom(options: ChainNodeOptions, netuid: number) {
  await using server = await startChainNode(options)
  await using node = await openNode(server)
  return await readSubnet(node, netuid, signal)
}
