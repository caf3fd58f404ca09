import assert from 'node:assert/strict'
import { StandingsTable } from '#dist/neuron/standings.js'
import { hotkeyOf, metagraphOf } from '../support/metagraph.ts'
import { StillClock } from '../support/still-clock.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

describe('standings', () => {
  const start = ({ size = 10, maxAgeMs = 24 * HOUR, readBeforeMs = 0, isFromDisk = false } = {}) => {
    const clock = new StillClock()
    const table = new StandingsTable({ clock, maxAgeMs })
    const take = (neurons: number) => {
      const readAt = clock.now() - readBeforeMs
      table.take(metagraphOf(neurons, { readAt }), { isFromDisk })
    }
    take(size)
    return { clock, table, take }
  }
  const [member, stranger] = [hotkeyOf(3), hotkeyOf(77)]
  const states = (table: StandingsTable) => {
    const of = (hotkey: string) => {
      const standing = table.of(hotkey)
      return typeof standing === 'object' ? standing.uid : standing
    }
    return [table.state(), of(member), of(stranger)]
  }

  it('are unknown before the first metagraph', () => {
    const table = new StandingsTable({ clock: new StillClock(), maxAgeMs: HOUR })
    assert.deepEqual(states(table), ['unknown', 'unknown', 'unknown'])
  })

  it('have uid, stake and permit of a member, and know who is none', () => {
    const { table } = start()
    assert.deepEqual(table.of(member), { uid: 3, stakeRao: 123_456_789_012_345_681n, hasPermit: true })
    assert.deepEqual(states(table), ['fresh', 3, 'unregistered'])
  })

  it('are swapped whole', () => {
    const { table, take } = start()
    take(2)
    assert.deepEqual(states(table), ['fresh', 'unregistered', 'unregistered'])
    take(100)
    assert.deepEqual(states(table), ['fresh', 3, 77])
  })

  it('do not know a stranger while the chain is out of reach', () => {
    const { table, take } = start()
    table.lose()
    assert.deepEqual(states(table), ['stale', 3, 'unknown'])
    take(10)
    assert.deepEqual(states(table), ['fresh', 3, 'unregistered'])
  })

  it('decide up to their age, and not a millisecond longer', () => {
    const { table, clock } = start({ readBeforeMs: 5_000 })
    table.lose()
    clock.advance(24 * HOUR - 5_000)
    assert.deepEqual(states(table), ['stale', 3, 'unknown'])
    assert.equal(table.msUntilUnknown(), 1)
    clock.advance(1)
    assert.deepEqual(states(table), ['unknown', 'unknown', 'unknown'])
  })

  it('from disk are stale, by the time of their reading', () => {
    const { table, clock } = start({ isFromDisk: true, readBeforeMs: 23 * HOUR })
    assert.deepEqual(states(table), ['stale', 3, 'unknown'])
    clock.advance(HOUR + 1)
    assert.equal(table.state(), 'unknown')
  })

  it('are stale when the loop stands still', () => {
    const { table, clock } = start()
    clock.advance(44 * MINUTE)
    assert.equal(table.state(), 'fresh')
    clock.advance(2 * MINUTE)
    assert.deepEqual(states(table), ['stale', 3, 'unknown'])
  })

  it('do not get younger when the clock is set back, nor wait for it', () => {
    const { table, clock } = start({ maxAgeMs: HOUR })
    clock.step(-365 * 24 * HOUR)
    assert.equal(table.state(), 'fresh')
    table.lose()
    clock.advance(HOUR)
    assert.equal(table.state(), 'stale')
    clock.advance(1)
    assert.equal(table.state(), 'unknown')
  })

  it('are stale when the clock is set forward, as that of a machine that has slept, until they are read again', () => {
    const { table, clock, take } = start({ maxAgeMs: 3 * HOUR })
    clock.step(2 * HOUR)
    assert.deepEqual(states(table), ['stale', 3, 'unknown'])
    clock.step(HOUR + 1)
    assert.equal(table.state(), 'unknown')
    take(10)
    assert.deepEqual(states(table), ['fresh', 3, 'unregistered'])
  })
})
