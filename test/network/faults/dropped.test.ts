import assert from 'node:assert/strict'
import { alteredRuntime } from '../../support/chain/runtime.ts'
import { startChainNode } from '../../support/chain/start-chain-node.ts'
import { startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { theirSubnet } from '../../support/network/callers.ts'
import { startNetworkMiner, watched } from '../../support/network/start-network-miner.ts'

/** The calls of a miner that connects and reads the chain, by the protocol of the node. */
const ofReading = {
  chainHead: [
    'Metadata_metadata_at_version',
    'Metadata_metadata_versions',
    'SubnetInfoRuntimeApi_get_selective_mechagraph',
    'chainHead_v1_call',
    'chainHead_v1_follow',
    'chainHead_v1_header',
    'chainHead_v1_storage',
    'chainHead_v1_unpin',
    'chainSpec_v1_chainName',
    'chainSpec_v1_genesisHash',
    'chainSpec_v1_properties',
    'rpc_methods',
    'state_call',
  ],
  legacy: [
    'Metadata_metadata_at_version',
    'Metadata_metadata_versions',
    'NeuronInfoRuntimeApi_get_neurons_lite',
    'SubnetInfoRuntimeApi_get_subnet_state',
    'chain_getBlockHash',
    'chain_getHeader',
    'chain_subscribeAllHeads',
    'chain_subscribeFinalizedHeads',
    'rpc_methods',
    'state_call',
    'state_getStorage',
    'state_getStorageHash',
    'system_name',
    'system_properties',
  ],
} as const

const ofBoth = [
  'AccountNonceApi_account_nonce',
  'TaggedTransactionQueue_validate_transaction',
  'author_submitExtrinsic',
] as const

/** The calls that it makes besides while it announces its axon. */
const ofAnnouncing = {
  chainHead: [...ofBoth, 'chainHead_v1_body'],
  legacy: [...ofBoth, 'chain_getBlock'],
} as const

const specs = { chainHead: 381, legacy: 218 } as const

describe('a connection that drops during a call of', function () {
  this.timeout(600_000)

  for (const protocol of ['chainHead', 'legacy'] as const)
    describe(protocol, () => {
      const start = async () => {
        await using starting = new AsyncDisposableStack()
        const node = starting.use(await startChainNode({ spec: specs[protocol], protocol, subnets: [theirSubnet()] }))
        const proxy = starting.use(await startChainProxy(node.url))
        const miner = starting.use(await startNetworkMiner({ endpoints: [proxy.url] }))
        const started = starting.move()
        return { node, proxy, miner, [Symbol.asyncDispose]: () => started.disposeAsync() }
      }

      it('that reads: each', () =>
        watched(async watch => {
          await using started = await start()
          const { node, proxy, miner } = started
          const { life, load, events } = watch.miner(miner)
          let specVersion: number = specs[protocol]
          const nextRuntime = () => alteredRuntime(specs[protocol], { specVersion: ++specVersion })
          for (const name of ofReading[protocol]) {
            const before = { calls: proxy.calls.total, connections: proxy.connections.accepted }
            let isDropped = false
            const dropped = proxy.dropDuring(name).then(() => {
              isDropped = true
            })
            // A connection to a known runtime has its metadata already.
            if (name.startsWith('Metadata_') || name === 'chainHead_v1_call') node.upgrade(nextRuntime())
            else {
              proxy.drop()
              node.makeBlock()
            }
            await miner.until(`${name} was dropped`, () => isDropped)
            await dropped
            const seen = events.length
            const isRead = () => events.slice(seen).some(({ event }) => event === 'metagraphRead')
            await miner.until(`the metagraph is read after ${name}`, isRead)
            assert.equal(life.chainState(), 'fresh')
            const calls = proxy.calls.total - before.calls
            const connections = proxy.connections.accepted - before.connections
            assert.ok(connections <= 5, `${name}: ${connections} connections`)
            assert.ok(calls <= 200, `${name}: ${calls} calls`)
          }
          await load.rounds(1)
        }))

      for (const name of ofAnnouncing[protocol])
        it(`that announces: ${name}`, () =>
          watched(async watch => {
            await using started = await start()
            const { node, proxy, miner } = started
            const { life, load } = watch.miner(miner)
            let isDropped = false
            const dropped = proxy.dropDuring(name).then(() => {
              isDropped = true
            })
            miner.announce()
            await miner.until('the call was dropped', () => isDropped)
            await dropped
            await miner.until('the axon is announced', () => life.report().onChain?.port === 8091)
            await miner.until('the chain is back', () => life.chainState() === 'fresh')
            await load.rounds(1)
            assert.ok(node.chain.served.length <= 2)
            assert.ok(proxy.connections.accepted <= 5, `${proxy.connections.accepted} connections`)
            assert.ok(proxy.calls.total <= 200, `${proxy.calls.total} calls`)
          }))

      it('there are no others', async () => {
        await using started = await start()
        const { node, proxy, miner } = started
        miner.announce()
        await miner.until('the axon is announced', () => miner.life.report().onChain !== null)
        node.makeBlock()
        await miner.clock.run(20 * 60_000)
        const expected = [...ofReading[protocol], ...ofAnnouncing[protocol]].sort()
        assert.deepEqual([...proxy.calls.counts.keys()].sort(), expected)
      })
    })
})
