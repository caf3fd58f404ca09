import assert from 'node:assert/strict'
import { createKeyTables, type KeyTables } from '#dist/keys/key-tables.js'

const holds = { holds: true, isPreferred: false }
const preferred = { holds: true, isPreferred: true }

/** Counts so many checks, and returns the places that were given in them. */
function count(tables: KeyTables, key: string, times: number, how = holds): number[] {
  return Array.from({ length: times }, () => tables.count(key, how)).filter(place => place !== null)
}

describe('KeyTables', () => {
  it('gives a key a place with its 16th signature that holds', () => {
    const tables = createKeyTables(4)
    assert.deepEqual(count(tables, 'forged', 100, { ...holds, holds: false }), [])
    assert.deepEqual(count(tables, 'a', 15), [])
    assert.equal(tables.placeOf('a'), null)
    assert.deepEqual(count(tables, 'a', 1), [0])
    assert.equal(tables.placeOf('a'), 0)
    assert.deepEqual(count(tables, 'a', 100), [])
  })

  it('gives at most one place in 16 checks, however many keys wait for one', () => {
    const tables = createKeyTables(256)
    const keys = Array.from({ length: 100 }, (_, at) => `key ${at}`)
    for (const key of keys) count(tables, key, 15)
    let given = 0
    for (let at = 0; at < 1_600; at++) if (tables.count(keys[at % 100]!, holds) !== null) given++
    assert.equal(given, 100)
    assert.equal(new Set(keys.map(key => tables.placeOf(key))).size, 100)
  })

  it('takes the place of the key that has not signed for the longest time', () => {
    const tables = createKeyTables(2)
    assert.deepEqual([count(tables, 'a', 16), count(tables, 'b', 16)], [[0], [1]])
    count(tables, 'a', 1)
    assert.deepEqual(count(tables, 'c', 16), [1])
    assert.deepEqual(['a', 'b', 'c'].map(tables.placeOf), [0, null, 1])
  })

  it('keeps the place of a preferred key, and takes one for it', () => {
    const tables = createKeyTables(2)
    assert.deepEqual([count(tables, 'a', 16, preferred), count(tables, 'b', 16)], [[0], [1]])
    assert.deepEqual(count(tables, 'c', 16, preferred), [1])
    assert.deepEqual(count(tables, 'd', 1_000), [])
    assert.deepEqual(count(tables, 'e', 16, preferred), [0])
    assert.deepEqual(['a', 'b', 'c', 'd', 'e'].map(tables.placeOf), [null, null, 1, null, 0])
  })

  it('counts the signatures of a preferred key, however many other keys sign between them', () => {
    const tables = createKeyTables(2)
    let place: number | null = null
    for (let at = 0; at < 16; at++) {
      for (let other = 0; other < 5_000; other++) tables.count(`${at} ${other}`, holds)
      place = tables.count('a', preferred)
    }
    assert.equal(place, 0)
  })

  it('lets a key go that is no longer preferred', () => {
    const tables = createKeyTables(1)
    count(tables, 'a', 16, preferred)
    assert.deepEqual(count(tables, 'b', 32), [])
    count(tables, 'a', 1, holds)
    assert.deepEqual(count(tables, 'b', 16), [0])
  })
})
