import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainError } from '#dist/chain/chain-error.js'
import { type ChainNodeOptions, startChainNode } from '../../support/chain/start-chain-node.ts'
import { startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { theirSubnet } from '../../support/network/callers.ts'
import { patience } from '../../support/network/patience.ts'
import { type NetworkMinerOptions, startNetworkMiner, watched } from '../../support/network/start-network-miner.ts'

const startNode = (options: ChainNodeOptions = {}) => startChainNode({ subnets: [theirSubnet()], ...options })

/** Two nodes of one chain, each behind a proxy. */
async function startPair({ first, second }: Record<'first' | 'second', ChainNodeOptions> = { first: {}, second: {} }) {
  await using starting = new AsyncDisposableStack()
  const nodes = [starting.use(await startNode(first)), starting.use(await startNode(second))] as const
  const proxies = [
    starting.use(await startChainProxy(nodes[0].url)),
    starting.use(await startChainProxy(nodes[1].url)),
  ] as const
  const started = starting.move()
  return { nodes, proxies, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

const urlsOf = (proxies: readonly { readonly url: string }[]) => proxies.map(({ url }) => url)

/** The same endpoint by an address that does not tell that it is on this machine. */
const asRemote = (url: string) => url.replace('127.0.0.1', '0.0.0.0')

describe('several endpoints', function () {
  this.timeout(600_000)
  let limits: Awaited<ReturnType<typeof patience>>
  before(async () => {
    limits = await patience()
  })
  const start = (options: NetworkMinerOptions) =>
    startNetworkMiner({ ...options, limits: { ...limits, ...options.limits } })

  it('of which the first stalls: the second takes its place, and the first has it back when it is well', () =>
    watched(async watch => {
      await using pair = await startPair()
      const [first, second] = pair.proxies
      await using miner = watch.miner(await start({ endpoints: urlsOf(pair.proxies) }))
      const { life, load, events } = miner
      first.stall()
      await miner.next('chainEndpointFailed')
      await miner.until('the second is in use', () => second.connections.open > 0)
      await load.rounds(1)
      assert.equal(life.chainState(), 'fresh')
      assert.ok(!events.some(({ event }) => event === 'chainLost'))
      const back = miner.next('chainConnected')
      first.resume()
      await back
      await miner.until('the first is in use', () => first.connections.open > 0)
      assert.equal(life.chainState(), 'fresh')
    }))

  it('of which the first is behind: the second takes its place', () =>
    watched(async watch => {
      const [first, second] = [{ genesis: 'finney', now: () => Date.now() }, { genesis: 'finney' }]
      await using pair = await startPair({ first, second })
      const endpoints = urlsOf(pair.proxies).map(asRemote)
      await using miner = watch.miner(await start({ network: 'finney', endpoints, limits: { headCheckMs: 0 } }))
      const { life, load, events } = miner
      assert.equal(pair.proxies[1].connections.accepted, 0)
      // It stands still, and has never heard of a validator's loss of its permit.
      pair.nodes[0].setTime(() => Date.now() - 600_000)
      pair.nodes[1].makeBlock()
      await miner.until('the endpoint is behind', () => events.some(({ event }) => event === 'chainBehind'))
      const behind = events.find(({ event }) => event === 'chainBehind')
      assert.partialDeepStrictEqual(behind, { endpoint: endpoints[0], isOnlyThis: true })
      await load.rounds(1)
      assert.equal(life.chainState(), 'fresh')
      assert.equal(pair.proxies[1].connections.open, 1)
    }))

  it('of which the first is of another chain: it is passed over', () =>
    watched(async watch => {
      await using pair = await startPair({ first: { genesis: 'other' }, second: { genesis: 'finney' } })
      const [wrong, right] = pair.proxies
      pair.nodes[0].change(subnet => ({ ...subnet, neurons: [] })) // what it says must not count
      await using miner = watch.miner(await start({ network: 'finney', endpoints: urlsOf(pair.proxies) }))
      const { life, load, events, clock } = miner
      for (let steps = 0; steps < 5; steps++) {
        await clock.run(clock.waitsMs!)
        assert.equal(life.chainState(), 'fresh')
      }
      await load.rounds(1)
      assert.ok(right.connections.open === 1)
      const failed = events.find(({ event }) => event === 'chainEndpointFailed')
      assert.match((failed as { reason: string }).reason, /belongs to another chain/)
      assert.equal(wrong.calls.count('SubnetInfoRuntimeApi_get_selective_mechagraph'), 0)
    }))

  it('of which the first turns into another chain: it is not used any more', () =>
    watched(async watch => {
      await using second = await startNode({ genesis: 'finney' })
      const first = await startNode({ genesis: 'finney' })
      await using miner = watch.miner(await start({ network: 'finney', endpoints: urlsOf([first, second]) }))
      const { life, load, events } = miner
      const { port } = first
      await first[Symbol.asyncDispose]()
      await using _other = await startNode({ genesis: 'other', port, subnets: [] })
      const isKnown = () => events.some(event => event.event === 'chainEndpointFailed' && /another/.test(event.reason))
      await miner.until('the second is in use', () => second.connections.open > 0)
      while (!isKnown()) await miner.next('chainEndpointFailed')
      await miner.until('the metagraph is read again', () => life.chainState() === 'fresh')
      await load.rounds(1)
      assert.equal(second.connections.open, 1)
    }))

  it('that all go down, and come back', () =>
    watched(async watch => {
      await using pair = await startPair()
      await using miner = watch.miner(await start({ endpoints: urlsOf(pair.proxies) }))
      const { life, load, clock } = miner
      for (const proxy of pair.proxies) {
        proxy.isRefusing = true
        proxy.drop()
      }
      await miner.until('the chain is out of reach', () => life.chainState() === 'stale')
      await load.rounds(2)
      await clock.run(60 * 60_000)
      await load.rounds(1)
      assert.equal(life.chainState(), 'stale')
      pair.proxies[1].isRefusing = false
      await miner.until('the chain is back', () => life.chainState() === 'fresh')
      await load.rounds(1)
      assert.equal(life.report().problems.chain, null)
    }))

  it('that all are down at the start, and come back: the last metagraph on disk decides meanwhile', () =>
    watched(async watch => {
      const folder = mkdtempSync(join(tmpdir(), 'miner-faults-'))
      await using pair = await startPair()
      const endpoints = urlsOf(pair.proxies)
      try {
        {
          await using miner = watch.miner(await start({ endpoints, folder }))
          await miner.load.rounds(1)
        }
        for (const proxy of pair.proxies) proxy.isRefusing = true
        await using miner = watch.miner(await start({ endpoints, folder }))
        const { life, load } = miner
        assert.equal(life.chainState(), 'stale')
        await load.rounds(2)
        for (const proxy of pair.proxies) proxy.isRefusing = false
        await miner.until('the chain is back', () => life.chainState() === 'fresh')
        await load.rounds(1)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }))

  it('that all are down at the start, with nothing on disk: it does not start', () =>
    watched(async () => {
      await using pair = await startPair()
      for (const proxy of pair.proxies) proxy.isRefusing = true
      const error = await start({ endpoints: urlsOf(pair.proxies) }).then(
        () => assert.fail('it started'),
        (error: ChainError) => error,
      )
      assert.equal(error.code, 'UNREACHABLE')
      for (const url of urlsOf(pair.proxies)) assert.ok(error.message.includes(url), error.message)
    }))
})
