import assert from 'node:assert/strict'
import { type Place, Scheduler, type Wish } from '#dist/axon/state/scheduler.js'
import { Refusal } from '#dist/wires/refusal.js'

const { signal } = new AbortController()
const isFull = (error: unknown) => error instanceof Refusal && error.code === 'QUEUE_FULL'
const turn = () => new Promise(setImmediate)

/** A scheduler whose time stands still but when `end` lets it go on, and the order in which requests began. */
function scheduling(options: { concurrency: number; queue: number }) {
  let now = 0
  const scheduler = new Scheduler({ ...options, elapsed: () => now })
  const begun: string[] = []
  const places: Place[] = []
  return {
    scheduler,
    begun,
    /** @param name of the caller, or of the request when `wish` names the caller */
    ask: (name: string, wish: Partial<Wish> = {}) => {
      const placed = (async () => scheduler.place(signal, { caller: name, ...wish }))()
      const asking = placed.then(place => {
        begun.push(name)
        places.push(place)
      })
      asking.catch(() => {}) // the test that cares looks at it later
      return asking
    },
    /** Ends the request that began first, after so long. */
    end: async (ms = 1_000) => {
      now += ms
      places.shift()![Symbol.dispose]()
      await turn()
    },
  }
}

describe('places at work', () => {
  it('are waited for by the highest priorities: the last of the lowest makes room', async () => {
    const { ask, end, begun } = scheduling({ concurrency: 1, queue: 2 })
    await ask('at work')
    const [first, second] = [ask('first', { isStranger: true }), ask('second', { isStranger: true })]
    await assert.rejects(ask('third', { isStranger: true }), isFull)
    const proven = ask('proven')
    await assert.rejects(second, isFull)
    await end()
    await proven
    await end()
    await first
    assert.deepEqual(begun, ['at work', 'proven', 'first'])
  })

  it('are held by strangers while half of them are free', async () => {
    const { ask, end, begun } = scheduling({ concurrency: 4, queue: 2 })
    for (const name of ['1', '2']) await ask(name, { isStranger: true })
    const third = ask('3', { isStranger: true })
    for (const name of ['a', 'b']) await ask(name)
    await end()
    await end()
    assert.deepEqual(begun, ['1', '2', 'a', 'b'])
    await end()
    await third
    for (const name of ['c', 'd']) await ask(name)
    await assert.rejects(ask('e', { route: { queue: 0 } }), isFull, 'all places are taken')
  })

  it('go to the higher class first, whatever the weights are', async () => {
    const { ask, end, begun } = scheduling({ concurrency: 1, queue: 3 })
    await ask('at work')
    ask('stranger', { isStranger: true, weight: 100 })
    ask('heavy', { weight: 100 })
    ask('ranked', { priority: 1, weight: 0.1 })
    for (let ended = 0; ended < 3; ended++) await end()
    assert.deepEqual(begun, ['at work', 'ranked', 'heavy', 'stranger'])
  })

  it('go by weight within a class: with twice the weight, twice as many of equal length', async () => {
    const { ask, end, begun } = scheduling({ concurrency: 1, queue: 40 })
    await ask('first')
    for (let at = 0; at < 20; at++) {
      ask('light', { weight: 1 })
      ask('heavy', { weight: 2 })
    }
    for (let ended = 0; ended < 15; ended++) await end()
    const count = (name: string) => begun.filter(other => other === name).length
    assert.deepEqual([count('light'), count('heavy')], [5, 10])
  })

  it('go by time, not by number: whoever holds a place for three times as long begins a third as often', async () => {
    const { ask, begun, end } = scheduling({ concurrency: 1, queue: 80 })
    await ask('first')
    for (let at = 0; at < 40; at++) for (const name of ['long', 'short']) ask(name)
    for (let ended = 0; ended < 41; ended++) await end(begun.at(-1) === 'long' ? 3_000 : 1_000)
    const count = (name: string) => begun.filter(other => other === name).length
    assert.ok(Math.abs(count('short') / count('long') - 3) < 0.4, begun.join(' '))
  })

  it('are all held by one caller while no other waits, and by its share once another does', async () => {
    const { ask, end, begun, scheduler } = scheduling({ concurrency: 4, queue: 20 })
    for (let at = 0; at < 12; at++) ask('greedy')
    await turn()
    assert.deepEqual(scheduler.load(), {
      atWork: 4,
      waiting: 8,
      top: [{ kind: 'hotkey', name: 'greedy', atWork: 4, waiting: 8 }],
    })
    for (let at = 0; at < 4; at++) ask('other')
    for (let ended = 0; ended < 2; ended++) await end()
    assert.deepEqual(begun.slice(4), ['other', 'other'])
    for (let ended = 0; ended < 2; ended++) await end()
    assert.deepEqual(begun.slice(6), ['greedy', 'greedy'], 'a half of the places is the share of each')
  })

  it('go to the nearer deadline within one caller, which wins nothing over another', async () => {
    const { ask, end, begun } = scheduling({ concurrency: 1, queue: 4 })
    await ask('first')
    ask('other', { deadline: 9_000 })
    ask('late', { caller: 'one', deadline: 8_000 })
    ask('near', { caller: 'one', deadline: 1 })
    ask('nearer', { caller: 'one', deadline: 0 })
    for (let ended = 0; ended < 4; ended++) await end()
    assert.deepEqual(begun, ['first', 'other', 'nearer', 'near', 'late'])
  })
})

describe('a full queue', () => {
  it('evicts the last of the caller that holds most in proportion to its weight', async () => {
    const { ask } = scheduling({ concurrency: 1, queue: 5 })
    await ask('at work')
    const heavy = [1, 2, 3].map(deadline => ask(`heavy ${deadline}`, { caller: 'heavy', weight: 10, deadline }))
    const light = [2, 1].map(deadline => ask(`light ${deadline}`, { caller: 'light', weight: 1, deadline }))
    ask('newcomer')
    await assert.rejects(light[0]!, isFull)
    await assert.rejects(ask('light 3', { caller: 'light', weight: 1, deadline: 3 }), isFull, 'it would be the last')
    ask('another')
    await assert.rejects(heavy[2]!, isFull)
  })

  it('lets each caller keep its first request, however low its weight is, while another holds two', async () => {
    const { ask } = scheduling({ concurrency: 1, queue: 3 })
    await ask('at work')
    const heavy = [1, 2, 3].map(() => ask('heavy', { weight: 1_000 }))
    ask('light', { weight: 0.1 })
    await assert.rejects(heavy[2]!, isFull)
    ask('lightest', { weight: 0.01 })
    await assert.rejects(heavy[1]!, isFull)
    await assert.rejects(ask('none', { weight: 0.001 }), isFull, 'with one each, the lowest weight makes room')
    await assert.rejects(ask('same', { weight: 0.01 }), isFull, 'and among equals the newest')
  })

  it('is that of its route where that is shorter, whatever waits in others', async () => {
    const { ask, end, begun } = scheduling({ concurrency: 1, queue: 64 })
    const route = { queue: 2 }
    await ask('at work')
    for (let at = 0; at < 4; at++) ask('greedy')
    const own = [1, 2].map(() => ask('own', { route }))
    const heavy = ask('heavy', { route, weight: 10 })
    await assert.rejects(own[1]!, isFull)
    const high = ask('high', { route, priority: 1 })
    await assert.rejects(own[0]!, isFull)
    await assert.rejects(ask('low', { route, priority: -1 }), isFull)
    for (let ended = 0; ended < 3; ended++) await end()
    await Promise.all([heavy, high])
    assert.deepEqual(begun, ['at work', 'high', 'greedy', 'heavy'])
    await assert.rejects(ask('none', { route: { queue: 0 }, priority: 9 }), isFull)
  })
})

describe('what the scheduler remembers', () => {
  it('is nothing of callers that have nothing at work or waiting, once nothing waits', async () => {
    const { ask, end, scheduler } = scheduling({ concurrency: 1, queue: 10 })
    for (const name of ['a', 'b', 'c']) ask(name)
    await turn()
    for (let ended = 0; ended < 3; ended++) await end()
    assert.deepEqual(scheduler.load(), { atWork: 0, waiting: 0, top: [] })
    // A caller that had much before starts even with one that had nothing.
    for (let at = 0; at < 4; at++) ask('a')
    ask('d')
    await turn()
    await end()
    assert.deepEqual(scheduler.load().top[0], { kind: 'hotkey', name: 'a', atWork: 0, waiting: 3 })
  })

  it('is told of the five callers that hold most', async () => {
    const { ask, scheduler } = scheduling({ concurrency: 1, queue: 100 })
    for (let caller = 0; caller < 12; caller++) for (let at = 0; at <= caller; at++) ask(`${caller}`)
    await turn()
    const { top, waiting } = scheduler.load()
    assert.equal(waiting, 77)
    assert.deepEqual(
      top.map(({ name }) => name),
      ['11', '10', '9', '8', '7'],
    )
  })
})
