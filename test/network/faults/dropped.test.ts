import assert from 'node:assert/strict'
import { startChainNode } from '../../support/chain/start-chain-node.ts'
import { startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { theirSubnet } from '../../support/network/callers.ts'
import { startNetworkMiner, watched } from '../../support/network/start-network-miner.ts'

const ofBoth = [
  'AccountNonceApi_account_nonce',
  'Metadata_metadata_at_version',
  'Metadata_metadata_versions',
  'TaggedTransactionQueue_validate_transaction',
  'author_submitExtrinsic',
  'rpc_methods',
]
/** The calls of a miner that starts, announces its axon and goes on, by the protocol of the node. */
const calls = {
  chainHead: [
    ...ofBoth,
    'SubnetInfoRuntimeApi_get_selective_mechagraph',
    'chainHead_v1_body',
    'chainHead_v1_call',
    'chainHead_v1_follow',
    'chainHead_v1_header',
    'chainHead_v1_storage',
    'chainHead_v1_unpin',
    'chainSpec_v1_chainName',
    'chainSpec_v1_genesisHash',
    'chainSpec_v1_properties',
  ],
  legacy: [
    ...ofBoth,
    'NeuronInfoRuntimeApi_get_neurons_lite',
    'SubnetInfoRuntimeApi_get_subnet_state',
    'chain_getBlock',
    'chain_getBlockHash',
    'chain_getHeader',
    'chain_subscribeAllHeads',
    'chain_subscribeFinalizedHeads',
    'state_call',
    'state_getStorage',
    'state_getStorageHash',
    'system_name',
    'system_properties',
  ],
} as const

describe('a connection that drops', function () {
  this.timeout(600_000)

  for (const protocol of ['chainHead', 'legacy'] as const) {
    const start = () =>
      startChainNode({ spec: protocol === 'chainHead' ? 381 : 218, protocol, subnets: [theirSubnet()] })

    describe(`while a node of ${protocol} answers`, () => {
      for (const name of calls[protocol])
        it(name, () =>
          watched(async watch => {
            await using node = await start()
            await using proxy = await startChainProxy(node.url)
            await using miner = watch.miner(await startNetworkMiner({ endpoints: [proxy.url] }))
            const { life, load } = miner
            let isDropped = false
            proxy.dropDuring(name).then(() => {
              isDropped = true
            })
            proxy.drop()
            miner.announce()
            node.makeBlock()
            await miner.until('the call was dropped', () => isDropped)
            await load.rounds(1)
            await miner.until('the axon is announced', () => life.report().onChain?.port === 8091)
            await miner.until('the chain is back', () => life.chainState() === 'fresh')
            await load.rounds(1)
            assert.ok(node.chain.served.length <= 2)
            assert.ok(proxy.connections.accepted <= 6, `${proxy.connections.accepted} connections`)
            assert.ok(proxy.calls.total <= 200, `${proxy.calls.total} calls`)
          }),
        )

      it('these are all its calls', async () => {
        await using node = await start()
        await using proxy = await startChainProxy(node.url)
        await using miner = await startNetworkMiner({ endpoints: [proxy.url] })
        miner.announce()
        await miner.until('announced', () => miner.life.report().onChain !== null)
        node.makeBlock()
        await miner.clock.run(20 * 60_000)
        assert.deepEqual([...proxy.calls.counts.keys()].sort(), calls[protocol].toSorted())
      })
    })
  }
})
