import assert from 'node:assert/strict'
import { mapParallel } from '#dist/async/map-parallel.js'

describe('mapParallel', () => {
  it('keeps the order, and runs at most so many at a time', async () => {
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
    let running = 0
    let most = 0
    const mapped = mapParallel([0, 1, 2, 3, 4], 2, async item => {
      most = Math.max(most, ++running)
      await gates[item]!.promise
      running--
      return item * 10
    })
    for (const gate of gates.toReversed()) gate.resolve()
    assert.deepEqual(await mapped, [0, 10, 20, 30, 40])
    assert.equal(most, 2)
    assert.deepEqual(await mapParallel([], 2, async () => 1), [])
  })

  it('throws the first error, and starts no further item', async () => {
    const gate = Promise.withResolvers<void>()
    const started: number[] = []
    const mapped = mapParallel([0, 1, 2], 2, async item => {
      started.push(item)
      if (item === 0) throw new Error('broken')
      await gate.promise
    })
    await assert.rejects(mapped, /broken/)
    gate.resolve()
    await new Promise(setImmediate)
    assert.deepEqual(started, [0, 1])
  })
})
