import assert from 'node:assert/strict'
import { weightedOrder } from '#dist/miners/openai/pool/endpoint-order.js'
import { endpoint } from '../scripted.ts'

const names = (weights: Record<string, number | null>, random: () => number) =>
  weightedOrder(
    Object.entries(weights).map(([name, weight]) => endpoint(name, { weight })),
    random,
  ).map(({ name }) => name)

describe('the order of endpoints', () => {
  it('is the configured one without weights', () => {
    assert.deepEqual(names({ a: null, b: null, c: null }, Math.random), ['a', 'b', 'c'])
  })

  it('is drawn among neighbours that have a weight, and those alone', () => {
    const draws =
      (...numbers: number[]) =>
      () =>
        numbers.shift()!
    assert.deepEqual(names({ a: 1, b: 1, c: null, d: 1, e: 1 }, draws(0.9, 0.1, 0.1, 0.9)), ['b', 'a', 'c', 'd', 'e'])
    assert.deepEqual(names({ a: null, b: 1, c: 1 }, draws(0.9, 0.1)), ['a', 'c', 'b'])
  })

  it('puts each first as often as its share says', () => {
    const endpoints = [endpoint('a', { weight: 3 }), endpoint('b', { weight: 1 })]
    const random = seeded(7)
    const firsts = Array.from({ length: 4_000 }, () => weightedOrder(endpoints, random)[0]!.name)
    const share = firsts.filter(name => name === 'a').length / firsts.length
    assert.ok(share > 0.73 && share < 0.77, `${share}`)
  })
})

/** Numbers that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
