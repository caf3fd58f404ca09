import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mock } from 'node:test'
import { type Overrun, servingAxon, watchAbandoned } from '#dist/plugin/run/abandon.js'

describe('a plugin that does not heed its signal', () => {
  it('is reported after a second, with their number, and forgotten when it ends', async () => {
    const told: unknown[] = []
    const listen = (record: unknown) => told.push(record)
    subscribe('miner.plugin.overdue', listen)
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const stuck = [1, 2, 3].map(() => Promise.withResolvers<void>())
      watchAbandoned('miner', stuck[0]!.promise)
      watchAbandoned('miner', Promise.resolve())
      watchAbandoned('dialect', Promise.reject(new Error('nobody hears this')))
      await new Promise(setImmediate)
      mock.timers.tick(1_000)
      // Miners of other tests may be running still.
      const { running } = told[0] as Overrun
      assert.deepEqual(told, [{ speaker: 'miner', running }])
      watchAbandoned('miner', stuck[1]!.promise)
      mock.timers.tick(1_000)
      assert.deepEqual(told.at(-1), { speaker: 'miner', running: running + 1 })
      stuck[0]!.resolve()
      stuck[1]!.reject(new Error('nobody hears this, either'))
      await new Promise(setImmediate)
      watchAbandoned('miner', stuck[2]!.promise)
      mock.timers.tick(1_000)
      assert.deepEqual(told.at(-1), { speaker: 'miner', running })
      stuck[2]!.resolve()
    } finally {
      mock.timers.reset()
      unsubscribe('miner.plugin.overdue', listen)
    }
  })

  it('counts for each axon by itself', async () => {
    const told: unknown[] = []
    const listen = (record: unknown) => told.push(record)
    subscribe('miner.plugin.overdue', listen)
    mock.timers.enable({ apis: ['setTimeout'] })
    const { promise, resolve } = Promise.withResolvers<void>()
    try {
      for (const axon of ['one', 'other', 'one'])
        servingAxon.run(axon, () => {
          watchAbandoned('miner', promise)
        })
      mock.timers.tick(1_000)
      assert.deepEqual(told, [
        { speaker: 'miner', running: 1, axon: 'one' },
        { speaker: 'miner', running: 1, axon: 'other' },
        { speaker: 'miner', running: 2, axon: 'one' },
      ])
    } finally {
      resolve()
      mock.timers.reset()
      unsubscribe('miner.plugin.overdue', listen)
    }
  })
})
