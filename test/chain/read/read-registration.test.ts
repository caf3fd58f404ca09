import assert from 'node:assert/strict'
import { readRegistration } from '#dist/chain/read/read-registration.js'
import { openNode } from '../../support/chain/open-node.ts'
import { specs } from '../../support/chain/runtime.ts'
import { type ChainNodeOptions, startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { alice, bob } from '../../support/signed-request.ts'

const signal = AbortSignal.timeout(600_000)
const validator = { hotkey: alice.address, hasPermit: true, registeredAt: 77 }
const axon = { block: 88n, version: 10_004_001, ip: 0xcb007107n, port: 8091, ip_type: 4, protocol: 4 }
const miner = { hotkey: bob.address, registeredAt: 99, axon }

describe('readRegistration', () => {
  for (const spec of specs)
    it(`reads uid, permit, block and axon on runtime ${spec}`, async () => {
      const options = { spec, subnets: [subnetOf([validator, miner], { netuid: 40 })] }
      assert.deepEqual(await registrationOf(options, 40, alice.address), {
        uid: 0,
        registeredAt: 77,
        hasPermit: true,
        axon: null,
      })
      assert.deepEqual(await registrationOf(options, 40, bob.address), {
        uid: 1,
        registeredAt: 99,
        hasPermit: false,
        axon: { block: 88, version: 10_004_001, ip: '203.0.113.7', port: 8091, protocol: 4 },
      })
    })

  it('returns null for a hotkey that is not registered there', async () => {
    const subnets = [subnetOf([validator], { netuid: 1 }), subnetOf([miner], { netuid: 2 })]
    assert.equal(await registrationOf({ subnets }, 1, bob.address), null)
    assert.equal((await registrationOf({ subnets }, 2, bob.address))?.uid, 0)
  })

  it('returns no axon after the announcement was taken back', async () => {
    const gone = { ...miner, axon: { ...axon, ip: 0n, port: 1 } }
    assert.equal((await registrationOf({ subnets: [subnetOf([gone])] }, 1, bob.address))?.axon, null)
  })

  for (const netuid of [3, 65_537, Number.NaN])
    it(`does not know subnet ${netuid}`, async () => {
      await assert.rejects(registrationOf({}, netuid, alice.address), { code: 'SUBNET_UNKNOWN' })
    })

  it('refuses text that is not an address', async () => {
    await assert.rejects(registrationOf({}, 1, 'alice'), { name: 'KeyError' })
  })
})

async function registrationOf(options: ChainNodeOptions, netuid: number, hotkey: string) {
  await using server = await startChainNode(options)
  await using node = await openNode(server)
  return await readRegistration(node, netuid, hotkey, signal)
}
