import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainError } from '#dist/chain/chain-error.js'
import { loadMetagraph, metagraphPath } from '#dist/neuron/disk/metagraph-file.js'
import { startChainNode } from '../../support/chain/start-chain-node.ts'
import { startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { theirSubnet } from '../../support/network/callers.ts'
import { startNetworkMiner, watched } from '../../support/network/start-network-miner.ts'
import { StillClock } from '../../support/still-clock.ts'

/** What may have become of the last metagraph, by when it is read. */
const spoiled: Readonly<Record<string, (path: string, clock: StillClock) => void>> = {
  'is corrupt': path => writeFileSync(path, readFileSync(path, 'utf8').replace('true', 'false')),
  'is truncated': path => truncateSync(path, statSync(path).size >> 1),
  'is empty': path => truncateSync(path, 0),
  'is of another subnet': path => writeFileSync(path, readFileSync(path.replace(/-1\.json$/, '-2.json'))),
  'is from the future': (_, clock) => clock.step(-3_600_000),
  'is a folder'(path) {
    rmSync(path)
    mkdirSync(path)
  },
}

describe('a disk', function () {
  this.timeout(600_000)

  /** A node behind a proxy, and a folder in which a miner has lived. */
  const start = async () => {
    await using starting = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'miner-faults-'))
    starting.defer(() => rmSync(folder, { recursive: true, force: true }))
    const node = starting.use(await startChainNode({ subnets: [theirSubnet(), { ...theirSubnet(), netuid: 2 }] }))
    const proxy = starting.use(await startChainProxy(node.url))
    const path = metagraphPath({ folder, network: proxy.url, netuid: 1 })
    const started = starting.move()
    return { node, proxy, folder, path, [Symbol.asyncDispose]: () => started.disposeAsync() }
  }

  for (const [what, spoil] of Object.entries(spoiled))
    it(`whose last metagraph ${what}`, () =>
      watched(async watch => {
        await using started = await start()
        const { proxy, folder, path } = started
        for (const netuid of [1, 2]) {
          await using miner = await startNetworkMiner({ endpoints: [proxy.url], folder, netuid })
          watch.miner(miner)
          await miner.load.rounds(1)
        }
        const clock = new StillClock()
        spoil(path, clock)

        // Without a chain it must not decide who may ask.
        proxy.isRefusing = true
        const before = proxy.calls.total
        const error = await startNetworkMiner({ endpoints: [proxy.url], folder, clock }).then(
          () => assert.fail('it started'),
          (error: ChainError) => error,
        )
        assert.equal(error.code, 'UNREACHABLE')
        assert.equal(proxy.calls.total, before)

        // With one it does not matter, and is replaced.
        proxy.isRefusing = false
        await using miner = watch.miner(await startNetworkMiner({ endpoints: [proxy.url], folder }))
        await miner.load.rounds(1)
        assert.equal(miner.life.chainState(), 'fresh')
        const last = await loadMetagraph(
          { folder, network: proxy.url, netuid: 1 },
          { maxAgeMs: 60_000, now: Date.now() + 1_000 },
        )
        const isKept = last !== null && 'metagraph' in last
        assert.equal(isKept, what !== 'is a folder')
      }))

  it('that takes nothing, and then takes it again', () =>
    watched(async watch => {
      await using started = await start()
      const { node, proxy, folder } = started
      const inside = join(folder, 'chain')
      writeFileSync(inside, 'a file in place of the folder')
      await using miner = watch.miner(await startNetworkMiner({ endpoints: [proxy.url], folder: inside }))
      const { life, load, events } = miner
      await load.rounds(1)
      assert.equal(life.chainState(), 'fresh')
      const warned = () => events.filter(({ event }) => event === 'metagraphNotSaved').length
      assert.equal(warned(), 1)
      node.makeBlock()
      await miner.clock.run(5 * 3_600_000)
      assert.ok(warned() <= 10, `${warned()} warnings`) // at growing intervals
      rmSync(inside)
      await miner.until('it is saved', () => events.some(({ event }) => event === 'metagraphSaved'))
      assert.equal(life.report().problems.disk, null)
      await load.rounds(1)
    }))
})
