import assert from 'node:assert/strict'
import { Scheduler } from '#dist/axon/scheduler.js'
import { Refusal } from '#dist/wires/refusal.js'

const { signal } = new AbortController()
const isFull = (error: unknown) => error instanceof Refusal && error.code === 'QUEUE_FULL'

describe('places at work', () => {
  it('are waited for by the highest priorities: the last of the lowest makes room', async () => {
    const scheduler = new Scheduler({ concurrency: 1, queue: 2 })
    const working = await scheduler.place(signal)
    const stranger = () => scheduler.place(signal, { priority: Number.NEGATIVE_INFINITY })
    const [first, second] = [stranger(), stranger()]
    await assert.rejects(stranger(), isFull)
    const proven = scheduler.place(signal, { priority: 0 })
    await assert.rejects(second, isFull)
    working[Symbol.dispose]()
    const atWork = await proven
    atWork[Symbol.dispose]()
    await first
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
