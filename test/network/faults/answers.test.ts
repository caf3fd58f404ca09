import assert from 'node:assert/strict'
import { alteredRuntime } from '../../support/chain/runtime.ts'
import { type ChainNodeOptions, startChainNode } from '../../support/chain/start-chain-node.ts'
import { startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { withoutNeurons, withoutPermits } from '../../support/chain/subnet-changes.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { neurons, theirSubnet } from '../../support/network/callers.ts'
import { startNetworkMiner, watched } from '../../support/network/start-network-miner.ts'

/** A miner on a node behind a proxy. */
async function start(options: ChainNodeOptions = {}) {
  await using starting = new AsyncDisposableStack()
  const node = starting.use(await startChainNode({ subnets: [theirSubnet()], ...options }))
  const proxy = starting.use(await startChainProxy(node.url))
  const miner = starting.use(await startNetworkMiner({ endpoints: [proxy.url] }))
  const started = starting.move()
  return { node, proxy, miner, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

describe('a node that answers, while the miner is connected,', function () {
  this.timeout(600_000)

  for (const protocol of ['chainHead', 'legacy'] as const) {
    it(`by another runtime: 381 after 218 (${protocol})`, () =>
      watched(async watch => {
        await using started = await start({ spec: 218, protocol })
        const { node, proxy, miner } = started
        const { life, load } = watch.miner(miner)
        node.upgrade(381)
        const { accepted } = proxy.connections
        await miner.until('381 is read', () => life.report().metagraph?.specVersion === 381)
        await load.rounds(1)
        assert.equal(life.chainState(), 'fresh')
        assert.equal(proxy.connections.accepted, accepted)
        miner.announce()
        await miner.until('the axon is announced', () => life.report().onChain?.port === 8091)
      }))

    for (const blocks of [0, 1, 2])
      it(`by another runtime when the miner returns, ${blocks} blocks later (${protocol})`, () =>
        watched(async watch => {
          await using started = await start({ spec: 343, protocol })
          const { node, proxy, miner } = started
          const { life, load } = watch.miner(miner)
          proxy.drop()
          node.upgrade(381)
          for (let block = 0; block < blocks; block++) node.makeBlock()
          const before = proxy.calls.total
          await miner.until('381 is read', () => life.report().metagraph?.specVersion === 381)
          await load.rounds(1)
          assert.ok(proxy.calls.total - before <= 100, `${proxy.calls.total - before} calls`)
        }))

    it(`by a runtime that is not understood, and then by one that is (${protocol})`, () =>
      watched(async watch => {
        await using started = await start({ protocol })
        const { node, proxy, miner } = started
        const { life, load, clock, events } = watch.miner(miner)
        const rename = { Uids: 'Seats', ValidatorPermit: 'Permission' }
        node.upgrade(alteredRuntime(381, { specVersion: 999, rename }))
        await miner.until('the chain is out of reach', () => life.chainState() === 'stale')
        const before = proxy.calls.total
        await load.rounds(2)
        for (let attempts = 0; attempts < 5; attempts++) await clock.run(clock.waitsMs!)
        assert.ok(proxy.calls.total - before <= 200, `${proxy.calls.total - before} calls`)
        const lost = events.find(({ event }) => event === 'chainLost')
        assert.partialDeepStrictEqual(lost, { code: 'RUNTIME_UNSUPPORTED' })
        assert.match((lost as { message: string }).message, /runtime 999/)
        node.upgrade(381)
        await miner.until('the chain is understood again', () => life.chainState() === 'fresh')
        await load.rounds(1)
      }))
  }

  it('that no neuron is left, and then the truth', () =>
    watched(async watch => {
      await using started = await start()
      const { node, miner } = started
      const { life, load } = watch.miner(miner)
      const former = node.subnet()
      node.change(withoutNeurons)
      await miner.until('the chain cannot be trusted', () => life.chainState() === 'stale')
      await load.rounds(2)
      node.change(() => former)
      await miner.until('the chain can be trusted', () => life.chainState() === 'fresh')
      await load.rounds(1)
    }))

  const long = {
    'in which the subnet did not exist': [],
    'in which the hotkey was not registered': [subnetOf(neurons.slice(0, 1))],
    'in which no neuron had a permit': [withoutPermits(theirSubnet())],
  }
  for (const [past, subnets] of Object.entries(long))
    it(`for a past ${past}, since it has lost its data, and then for the present`, () =>
      watched(async watch => {
        await using started = await start()
        const { node, miner } = started
        const { life, load, clock, events } = watch.miner(miner)
        const { port } = node
        await node[Symbol.asyncDispose]()
        {
          await using behind = await startChainNode({ port, firstBlock: 100, subnets })
          while (behind.calls.total === 0) await clock.run(clock.waitsMs!)
          for (let steps = 0; steps < 5; steps++) await clock.run(clock.waitsMs!)
          await load.rounds(2)
          assert.equal(life.chainState(), 'stale')
          assert.equal(life.report().isRegistered, true)
        }
        await using _present = await startChainNode({ port, firstBlock: 9_000_000, subnets: [theirSubnet()] })
        await miner.until('the chain can be trusted', () => life.chainState() === 'fresh')
        await load.rounds(1)
        assert.ok(!events.some(({ event }) => event === 'deregistered'))
      }))

  it('and ends subscriptions to its head now and then', () =>
    watched(async watch => {
      await using started = await start()
      const { node, miner } = started
      const { life, load, clock } = watch.miner(miner)
      for (let times = 0; times < 3; times++) {
        node.chain.stopFollows()
        node.makeBlock()
        await clock.run(clock.waitsMs!)
      }
      await miner.until('the chain is in reach', () => life.chainState() === 'fresh')
      await load.rounds(1)
    }))
})
