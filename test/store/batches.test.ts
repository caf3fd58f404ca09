import assert from 'node:assert/strict'
import { stat } from 'node:fs'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { TimeoutError } from '#dist/async/timeout.js'
import { Batches } from '#dist/store/batches.js'

describe('Batches', () => {
  /** Batches that are kept when the test says so. */
  function held(options: { maxMs?: number; maxItems?: number } = {}) {
    const kept: { items: readonly number[]; done: PromiseWithResolvers<void> }[] = []
    const keep = (items: readonly number[]) => {
      const done = Promise.withResolvers<void>()
      kept.push({ items, done })
      return done.promise
    }
    return { batches: new Batches<number>({ keep, maxMs: 60_000, maxItems: 100, ...options }), kept }
  }

  it('keeps what comes in one turn together, and what comes meanwhile in the next batch', async () => {
    const { batches, kept } = held()
    const first = [batches.add(1), batches.add(2)]
    while (kept.length === 0) await setImmediate()
    const second = [batches.add(3)]
    await setTimeout(5)
    second.push(batches.add(4))
    assert.deepEqual(
      kept.map(({ items }) => items),
      [[1, 2]],
    )
    kept[0]!.done.resolve()
    await Promise.all(first)
    while (kept.length === 1) await setImmediate()
    assert.deepEqual(kept[1]!.items, [3, 4])
    kept[1]!.done.resolve()
    await Promise.all(second)
    await batches.settled()
  })

  it('keeps each of many items once, in their order', async () => {
    const items: number[] = []
    const batches = new Batches<number>({
      keep: async batch => {
        await setImmediate()
        items.push(...batch)
      },
      maxMs: 60_000,
      maxItems: 10_000,
    })
    const added: Promise<void>[] = []
    for (let item = 0; item < 2_000; item++) {
      added.push(batches.add(item))
      if (item % 7 === 0) await setImmediate()
    }
    await Promise.all(added)
    assert.deepEqual(items, [...Array(2_000).keys()])
  })

  it('counts what was kept in time while the event loop was busy', async () => {
    const began = Promise.withResolvers<void>()
    const keep = () => {
      began.resolve()
      return new Promise<void>(resolve => stat('.', () => resolve()))
    }
    const batches = new Batches<number>({ keep, maxMs: 50, maxItems: 1 })
    const kept = batches.add(1)
    await began.promise
    const end = performance.now() + 500
    while (performance.now() < end);
    await kept
  })

  it('rejects the items of a batch that fails, and keeps the next one', async () => {
    const { batches, kept } = held()
    const failed = assert.rejects(batches.add(1), /full/)
    while (kept.length === 0) await setImmediate()
    const next = batches.add(2)
    kept[0]!.done.reject(new Error('full'))
    await failed
    while (kept.length === 1) await setImmediate()
    kept[1]!.done.resolve()
    await next
  })

  it('lets nothing wait for longer than its bound, nor more than its bound', async () => {
    const { batches, kept } = held({ maxMs: 50, maxItems: 2 })
    const stuck = assert.rejects(batches.add(1), TimeoutError)
    while (kept.length === 0) await setImmediate()
    const waiting = [2, 3].map(item => assert.rejects(batches.add(item), TimeoutError))
    assert.throws(() => batches.add(4), TimeoutError)
    await Promise.all([stuck, ...waiting])
    kept[0]!.done.resolve()
    while (kept.length === 1) await setImmediate()
    assert.deepEqual(kept[1]!.items, [2, 3], 'it is kept all the same')
    kept[1]!.done.resolve()
    await batches.settled()
  })
})
