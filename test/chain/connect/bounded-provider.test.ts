import assert from 'node:assert/strict'
import { startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { openChainOver } from '../../support/chain/watched-chain.ts'
import { alice } from '../../support/signed-request.ts'

describe('a connection of polkadot-api', () => {
  it('opens on a node whose runtime changed within its last finalised blocks, with few requests', async () => {
    await using node = await startChainNode({ spec: 343, subnets: [subnetOf([{ hotkey: alice.address }])] })
    node.upgrade(381)
    await using chain = openChainOver([node])
    assert.equal((await chain.head()).specVersion, 381)
    assert.equal((await chain.registration(1, alice.address))?.uid, 0)
    assert.ok(node.calls.count('chainHead_v1_storage') < 50, String(node.calls.count('chainHead_v1_storage')))
    assert.equal(node.calls.count('chainHead_v1_follow'), 1)
  })
})
