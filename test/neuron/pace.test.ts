import assert from 'node:assert/strict'
import { measuredBlockMs, nextCheckMs, nextRefreshMs, retryMs } from '#dist/neuron/pace.js'
import { genesisOf, metagraphOf } from '../support/metagraph.ts'

const MINUTE = 60_000
const randoms = [0, 0.25, 0.5, 0.75, 0.999]

describe('the pace of the loop', () => {
  /** The milliseconds to the next refresh, with the last step so many blocks ago. */
  const refresh = (ago: number | null, tempo = 360, blockMs = 12_000, refreshBlocks = 100) => {
    const { subnet, block } = metagraphOf(1)
    const at = metagraphOf(1, { subnet: { ...subnet, tempo, lastStep: ago === null ? null : block - ago } })
    return randoms.map(random => nextRefreshMs(at, blockMs, random, refreshBlocks))
  }

  it('reads the metagraph at least each 20 minutes, and not all miners at once', () => {
    for (const all of [refresh(null), refresh(0), refresh(100), refresh(5_000)]) {
      assert.ok(Math.max(...all) <= 20 * MINUTE && Math.min(...all) >= 14 * MINUTE, String(all))
      assert.equal(new Set(all).size, randoms.length)
    }
  })

  it('reads it sooner or later than that with other blocks, but after an epoch in any case', () => {
    const of = (refreshBlocks: number, ago = 0) => refresh(ago, 360, 12_000, refreshBlocks)
    assert.ok(Math.max(...of(20)) <= 4 * MINUTE && Math.min(...of(20)) >= 2 * MINUTE, String(of(20)))
    assert.ok(Math.max(...of(200)) <= 40 * MINUTE && Math.min(...of(200)) >= 28 * MINUTE, String(of(200)))
    assert.ok(Math.max(...of(200, 351)) <= 2 * MINUTE + 36_000)
  })

  it('reads it just after the next epoch, by the tempo and the last step of the chain', () => {
    const all = refresh(351) // the epoch is 10 blocks away
    assert.ok(Math.min(...all) >= 2 * MINUTE && Math.max(...all) <= 2 * MINUTE + 36_000, String(all))
    assert.equal(new Set(all).size, randoms.length)
    const short = refresh(90, 99) // another tempo
    assert.deepEqual(short, all)
  })

  it('waits for an epoch that is late, but not for one that does not come', () => {
    assert.ok(Math.max(...refresh(365)) <= MINUTE)
    assert.ok(Math.min(...refresh(400)) >= 14 * MINUTE)
  })

  it('reads a fast development chain every 10 s at most', () => {
    assert.deepEqual(
      refresh(8, 10, 250),
      randoms.map(() => 10_000),
    )
  })

  it('checks the registration each few minutes', () => {
    const all = randoms.map(nextCheckMs)
    assert.ok(Math.min(...all) >= 2 * MINUTE && Math.max(...all) <= 4 * MINUTE)
  })

  it('retries after seconds, then after a minute, and as late as an endpoint asks', () => {
    const all = randoms.map(random => [1, 2, 3, 6, 50].map(failures => retryMs(failures, random)))
    for (const [first = 0, , , , last = 0] of all) {
      assert.ok(first >= 1_000 && first <= 2_000)
      assert.ok(last >= 30_000 && last <= MINUTE)
    }
    assert.equal(retryMs(1, 0, 45_000), 45_000)
    assert.equal(retryMs(1, 0, 10 ** 12), 20 * MINUTE)
  })

  it('measures how long a block takes', () => {
    const before = metagraphOf(1)
    const later = (blocks: number, ms: number) =>
      metagraphOf(1, { block: before.block + blocks, blockAt: before.blockAt + ms })
    assert.equal(measuredBlockMs(before, later(100, 50_000), 12_000), 500)
    assert.equal(measuredBlockMs(before, later(2, 50_000), 12_000), 12_000)
    assert.equal(measuredBlockMs(before, later(0, 0), 12_000), 12_000)
    assert.equal(measuredBlockMs(before, later(-100, -1_200_000), 7_000), 7_000)
    assert.equal(measuredBlockMs(null, later(100, 50_000), 12_000), 12_000)
    const other = { ...later(100, 50_000), genesis: genesisOf('c') }
    assert.equal(measuredBlockMs(before, other, 12_000), 12_000)
  })
})
