// Simulates 64 validators, one of which is greedy, at the scheduler of the axon and at the order by stake that it had before:
// how long each waits for a place, and how many of its questions get one before their deadline. The clock goes from one event to
// the next, so half an hour takes seconds. `npm run bench -- fairness --greedy 30` makes the thirtieth the greedy one.
import { Scheduler } from '../dist/axon/state/scheduler.js'
import { Weights } from '../dist/axon/state/weights.js'
import { random } from '../test/support/random.ts'
import { ByStake } from './by-stake.js'
import { median } from './starts.js'

const VALIDATORS = 64
const PLACES = { concurrency: 16, queue: 64 }
const UNTIL_MS = 1_800_000
const TIMEOUT_MS = 12_000
/** A validator asks once in so long on average; all of them take 20 % of the places. */
const PERIOD_MS = 60_000
const SERVICE_MS = 3_000
const IN_FLIGHT = 100
/** How long the greedy one waits after a refusal, as `Retry-After` says. */
const RETRY_MS = 1_000

/**
 * Runs the simulation at both.
 *
 * @param options.greedy which validator is greedy, by stake; 1: that with the highest
 * @returns `table`: a row for each validator; `worst`: the least share of its questions that a patient one gets a place for
 */
export async function fairness({ greedy = 1 } = {}) {
  const validators = Array.from({ length: VALIDATORS }, (_, at) => ({
    name: `${at + 1}`,
    stake: Math.round(1_000_000 / (at + 1) ** 1.2),
    isGreedy: at + 1 === greedy,
  }))
  const before = await simulate(validators, () => new ByStake(PLACES))
  const after = await simulate(validators, elapsed => new Scheduler({ ...PLACES, elapsed }))
  const table = validators.map(({ name, stake, isGreedy }) => {
    const [old, now] = [before, after].map(runs => summary(runs.get(name)))
    return {
      validator: isGreedy ? `${name}, greedy` : name,
      stake,
      'asked before': old.asked,
      'placed %, before': old.percent,
      after: now.percent,
      'wait p50 s, before': old.p50,
      'after ': now.p50,
      'wait p95 s, before': old.p95,
      'after  ': now.p95,
    }
  })
  const patient = runs =>
    [...runs].filter(([name]) => name !== String(greedy)).map(([, waits]) => summary(waits).percent)
  return { table, worst: { before: Math.min(...patient(before)), after: Math.min(...patient(after)) } }
}

/** @returns by validator, the wait of each question in milliseconds; null for one that was refused, or came to its deadline */
async function simulate(validators, schedulerOn) {
  const next = random('fairness')
  const exponential = mean => -mean * Math.log(1 - next())
  const clock = new EventClock()
  const scheduler = schedulerOn(() => clock.now)
  const weights = new Weights(() => clock.now)
  const waits = new Map(validators.map(({ name }) => [name, []]))

  async function ask({ name, stake }) {
    const askedAt = clock.now
    const deadline = new AbortController()
    const timer = clock.at(askedAt + TIMEOUT_MS, () => deadline.abort(new Error('the deadline')))
    const wish = { caller: name, stake, weight: weights.ofStake(name, BigInt(stake)), deadline: askedAt + TIMEOUT_MS }
    try {
      const place = await scheduler.place(deadline.signal, wish)
      clock.cancel(timer)
      waits.get(name).push(clock.now - askedAt)
      await clock.wait(SERVICE_MS / 2 + exponential(SERVICE_MS / 2))
      place[Symbol.dispose]()
      return true
    } catch {
      clock.cancel(timer)
      waits.get(name).push(null)
      return false
    }
  }

  for (const validator of validators) {
    const asking = validator.isGreedy
      ? async () => {
          for (;;) if (!(await ask(validator))) await clock.wait(RETRY_MS)
        }
      : async () => {
          for (;;) {
            await clock.wait(exponential(PERIOD_MS))
            ask(validator)
          }
        }
    for (let at = 0; at < (validator.isGreedy ? IN_FLIGHT : 1); at++) asking()
  }
  await clock.run(UNTIL_MS)
  return waits
}

function summary(waits) {
  const placed = waits.filter(wait => wait !== null).sort((a, b) => a - b)
  const seconds = ms => (ms === undefined ? '–' : Number((ms / 1000).toFixed(1)))
  return {
    asked: waits.length,
    percent: Math.round((100 * placed.length) / waits.length),
    p50: seconds(placed.length > 0 ? median(placed) : undefined),
    p95: seconds(placed[Math.floor(placed.length * 0.95)]),
  }
}

/** A clock that goes from one event to the next. */
class EventClock {
  now = 0
  #events = []

  at(time, happen) {
    const event = { time, happen }
    const index = this.#events.findIndex(other => other.time > time)
    this.#events.splice(index === -1 ? this.#events.length : index, 0, event)
    return event
  }

  cancel(event) {
    this.#events = this.#events.filter(other => other !== event)
  }

  wait(ms) {
    return new Promise(resolve => this.at(this.now + ms, resolve))
  }

  async run(untilMs) {
    await new Promise(setImmediate)
    while (this.#events.length > 0 && this.#events[0].time <= untilMs) {
      const { time, happen } = this.#events.shift()
      this.now = time
      happen()
      await new Promise(setImmediate) // what the event led to has happened
    }
  }
}
