import assert from 'node:assert/strict'
import { Scheduler } from '#dist/axon/state/scheduler.js'
import { Refusal } from '#dist/wires/refusal.js'

const { signal } = new AbortController()
const isFull = (error: unknown) => error instanceof Refusal && error.code === 'QUEUE_FULL'

describe('places at work', () => {
  it('are waited for by the highest priorities: the last of the lowest makes room', async () => {
    const scheduler = new Scheduler({ concurrency: 1, queue: 2 })
    const working = await scheduler.place(signal)
    const stranger = () => scheduler.place(signal, { isStranger: true })
    const [first, second] = [stranger(), stranger()]
    await assert.rejects(stranger(), isFull)
    const proven = scheduler.place(signal, { priority: 0 })
    await assert.rejects(second, isFull)
    working[Symbol.dispose]()
    const atWork = await proven
    atWork[Symbol.dispose]()
    await first
  })

  it('are held by strangers while half of them are free', async () => {
    const scheduler = new Scheduler({ concurrency: 4, queue: 2 })
    const stranger = () => scheduler.place(signal, { isStranger: true })
    const [first] = [await stranger(), await stranger()]
    let begun = false
    const third = stranger().then(place => {
      begun = true
      return place
    })
    const known = [await scheduler.place(signal), await scheduler.place(signal)]
    first![Symbol.dispose]()
    known[0]![Symbol.dispose]()
    await new Promise(setImmediate)
    assert.equal(begun, false)
    known[1]![Symbol.dispose]()
    const place = await third
    place[Symbol.dispose]()
    for (let at = 0; at < 3; at++) await scheduler.place(signal)
    await assert.rejects(scheduler.place(signal, { queue: 0 }), isFull, 'one is still held by the second stranger')
  })

  it('are waited for by stake where the priority is the same, by priority before any stake', async () => {
    const scheduler = new Scheduler({ concurrency: 1, queue: 4 })
    const working = await scheduler.place(signal)
    const order: string[] = []
    const wait = (name: string, priority: number, stakeRao: bigint) =>
      scheduler.place(signal, { priority, stakeRao }).then(place => {
        order.push(name)
        place[Symbol.dispose]()
      })
    const lowest = wait('evicted', -1, 2n ** 60n)
    const all = [
      wait('little', 0, 2n ** 60n),
      wait('first', 1, 0n),
      wait('much', 0, 2n ** 60n + 1n),
      wait('none', 0, 0n),
    ]
    await assert.rejects(lowest, isFull)
    working[Symbol.dispose]()
    await Promise.all(all)
    assert.deepEqual(order, ['first', 'much', 'little', 'none'])
  })

  it('are kept in line by equals, and from whoever may not wait at all', async () => {
    const scheduler = new Scheduler({ concurrency: 1, queue: 1 })
    const working = await scheduler.place(signal)
    const waiting = scheduler.place(signal, { priority: 1 })
    await assert.rejects(scheduler.place(signal, { priority: 1 }), isFull)
    await assert.rejects(scheduler.place(signal, { priority: 2, queue: 0 }), isFull)
    working[Symbol.dispose]()
    await waiting
  })
})
