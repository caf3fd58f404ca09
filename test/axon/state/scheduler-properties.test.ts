import assert from 'node:assert/strict'
import { type Place, Scheduler, type Wish } from '#dist/axon/state/scheduler.js'
import { Refusal } from '#dist/wires/refusal.js'
import { pick, random } from '../../support/random.ts'
import { SchedulerModel } from './scheduler-model.ts'
import { simulate } from './simulate.ts'

const turn = () => new Promise(setImmediate)
const SEED = process.env.SCHEDULER_SEED ?? 'places'
const HISTORIES = 150

describe('the scheduler', () => {
  it('decides as its model does, for random arrivals, stakes, deadlines and service times', async () => {
    for (let history = 0; history < HISTORIES; history++) await compare(random(SEED, history), `${SEED} ${history}`)
  })

  it('lets a caller that has nothing at work go before any other has begun twice', async () => {
    for (let round = 0; round < 60; round++) {
      const next = random(SEED, 'starvation', round)
      const count = 2 + Math.floor(next() * 30)
      const places = 1 + Math.floor(next() * 8)
      const callers = Array.from({ length: count }, (_, at) => ({
        name: `${at}`,
        weight: 0.1 + next() * 10,
        inFlight: 1 + Math.floor(next() * 20),
        ms: () => 100,
      }))
      const late = { name: 'late', weight: 0.1, inFlight: 1, ms: () => 100, fromMs: 5_000 }
      const { begun } = await simulate({ places, queue: 1_000, callers: [...callers, late], untilMs: 9_000 })
      const first = begun.find(({ caller }) => caller === 'late')!
      const before = begun.filter(({ at }) => at >= first.asked && at < first.at).map(({ caller }) => caller)
      for (const caller of new Set(before)) {
        const times = before.filter(other => other === caller).length
        assert.ok(times <= 1, `${SEED} ${round}: ${caller} began ${times} times before it`)
      }
    }
  })

  it('shares the time at places by weight while all wait, whatever the times are', async () => {
    for (let round = 0; round < 20; round++) {
      const next = random(SEED, 'shares', round)
      const places = 2 + Math.floor(next() * 6)
      const callers = Array.from({ length: 2 + Math.floor(next() * 5) }, (_, at) => {
        const longest = 50 + next() * 950
        return { name: `${at}`, weight: 1 + next() * 9, inFlight: 20, ms: () => 1 + next() * longest }
      })
      const { held } = await simulate({ places, queue: 1_000, callers, untilMs: 120_000 })
      for (const one of callers)
        for (const other of callers) {
          const lead = held.get(one.name)! / one.weight - held.get(other.name)! / other.weight
          const bound = (places + 1) * 1_000 * (1 / one.weight + 1 / other.weight)
          assert.ok(lead <= bound, `${SEED} ${round}: ${one.name} is ${lead} ms ahead of ${other.name}, bound ${bound}`)
        }
    }
  })
})

/** Gives the scheduler and its model the same events, and looks at both after each. */
async function compare(next: () => number, title: string): Promise<void> {
  const options = { concurrency: 1 + Math.floor(next() * 5), queue: Math.floor(next() * 9) }
  const model = new SchedulerModel(options)
  const scheduler = new Scheduler({ ...options, elapsed: () => model.now })
  const places = new Map<number, Place>()
  const leaving = new Map<number, AbortController>()
  const begun: number[] = []
  const refused: number[] = []
  const weights = new Map(['a', 'b', 'c', 'd', 'e'].map(caller => [caller, 0.1 + next() * 5]))
  for (let id = 0; id < 120; id++) {
    model.now += Math.floor(next() * 500)
    const what = next()
    const [atWork, waiting] = [model.atWork, model.waiting]
    if (what < 0.4 && atWork.length > 0) {
      const { id: ended } = pick(atWork, next)
      model.end(ended)
      places.get(ended)![Symbol.dispose]()
    } else if (what < 0.45 && waiting.length > 0) {
      const { id: left } = pick(waiting, next)
      model.leave(left)
      leaving.get(left)!.abort()
    } else {
      const wish = randomWish(next, weights)
      const controller = new AbortController()
      leaving.set(id, controller)
      model.arrive(id, wish)
      const placed = (async () => scheduler.place(controller.signal, wish))()
      placed.then(
        place => {
          places.set(id, place)
          begun.push(id)
        },
        error => error instanceof Refusal && refused.push(id),
      )
    }
    await turn()
    assert.deepEqual({ begun, refused }, { begun: model.begun, refused: model.refused }, title)
    const load = scheduler.load()
    assert.deepEqual([load.atWork, load.waiting], [model.atWork.length, model.waiting.length], title)
    const hasWaiting = (isStranger: boolean) => model.waiting.some(one => one.isStranger === isStranger)
    if (hasWaiting(false)) assert.equal(load.atWork, options.concurrency, `${title}: a place is idle`)
    if (hasWaiting(true)) assert.ok(load.atWork >= options.concurrency / 2, `${title}: a place for strangers is idle`)
  }
}

/** Routes with queues of their own. */
const shortRoutes = [0, 1, 2, 4].map(queue => ({ queue }))

function randomWish(next: () => number, weights: ReadonlyMap<string, number>): Wish {
  const caller = pick([...weights.keys()], next)
  const route = next() < 0.3 ? { route: pick(shortRoutes, next) } : {}
  return {
    caller,
    weight: weights.get(caller)!,
    isStranger: next() < 0.2,
    priority: pick([0, 0, 0, 0, 3, -1], next),
    deadline: pick([1, 2, 3, Number.POSITIVE_INFINITY], next),
    ...route,
  }
}
