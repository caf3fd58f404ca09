import assert from 'node:assert/strict'
import type { Request } from '#dist/axon/stages/read.js'
import { schedule } from '#dist/axon/stages/schedule.js'
import { FirstWords } from '#dist/axon/state/first-words.js'
import { type Place, Scheduler } from '#dist/axon/state/scheduler.js'
import { Weights } from '#dist/axon/state/weights.js'
import type { Route } from '#dist/plugin/dialect.js'
import { Refusal } from '#dist/wires/refusal.js'
import { dialectOf } from '../dialect-of.ts'

const { signal } = new AbortController()
const network = { kind: 'network', name: '192.0.2.0/24' } as const

/** The stage over a clock that stands still but when `until` lets it go on. */
function scheduling(concurrency: number) {
  let now = 0
  let events: { readonly at: number; readonly happen: () => void }[] = []
  const elapsed = () => now
  const axon = {
    miner: {} as never,
    onHookFailed: assert.ifError,
    scheduler: new Scheduler({ concurrency, queue: 64, elapsed }),
    weights: new Weights(elapsed),
    firstWords: new FirstWords(elapsed),
    now: elapsed,
  }
  const route: Route = dialectOf({}).synapses.Ask!
  const callOf = (hotkey: string, stakeRao = 1_000n) =>
    ({
      call: { isStranger: false, isAllowed: false, hotkey, stakeRao, route, claim: {} },
      body: {},
    }) as unknown as Request
  const place = (hotkey: string, timeoutMs: number) =>
    schedule(axon, callOf(hotkey), { id: '', network, deadline: now + timeoutMs, signal })
  return {
    axon,
    route,
    place,
    later: (ms: number, happen: () => void) => events.push({ at: now + ms, happen }),
    /** Asks, and holds its place for `ms`, which the first word takes, too. Resolves to the code of its refusal, or null. */
    ask: async (hotkey: string, timeoutMs: number, ms: number): Promise<string | null> => {
      let held: Place
      try {
        held = await place(hotkey, timeoutMs)
      } catch (error) {
        assert.ok(error instanceof Refusal)
        return error.code
      }
      events.push({
        at: now + ms,
        happen: () => {
          axon.firstWords.add(route, hotkey, ms)
          held[Symbol.dispose]()
        },
      })
      return null
    },
    until: async (ms: number) => {
      for (;;) {
        await new Promise(setImmediate) // what was asked has its place
        const next = Math.min(ms, ...events.map(({ at }) => at))
        const [due, rest] = [events.filter(({ at }) => at <= next), events.filter(({ at }) => at > next)]
        now = next
        events = rest
        for (const { happen } of due) happen()
        if (due.length === 0 && next === ms) return
      }
    },
  }
}

describe('the refusal of a question that comes too late', () => {
  it('shuts no caller out when the questions of another take long', async () => {
    const { ask, later, until } = scheduling(16)
    const got = new Map<string | null, number>()
    for (let second = 0; second < 600; second += 2)
      later(second * 1_000, () => {
        ask(`${second % 10}`, 12_000, 1_000).then(code => got.set(code, (got.get(code) ?? 0) + 1))
      })
    for (let second = 60; second < 200; second++)
      later(second * 1_000, () => {
        for (let at = 0; at < 6; at++) ask('greedy', 60_000, 15_000)
      })
    for (let second = 200; second < 600; second += 7) later(second * 1_000, () => ask('greedy', 60_000, 15_000))
    await until(600_000)
    assert.deepEqual([...got], [[null, 300]])
  })

  it('ends soon after a model that was slow for all has become fast', async () => {
    const { ask, later, until } = scheduling(16)
    for (let at = 0; at < 40; at++) ask(`${at % 10}`, 60_000, 15_000)
    await until(60_000)
    const codes: (string | null)[] = []
    for (let at = 0; at < 40; at++)
      later(at * 500, () => {
        for (const caller of [at % 10, (at + 3) % 10]) ask(`${caller}`, 12_000, 1_000).then(code => codes.push(code))
      })
    await until(90_000)
    assert.deepEqual(codes.slice(20), new Array(60).fill(null))
  })

  it('lets one question of a caller be asked at a time, and refuses it when it has waited too long', async () => {
    const { ask, place, later, until, axon } = scheduling(1)
    for (let at = 0; at < 20; at++) {
      ask('slow', 60_000, 2_000)
      await until((at + 1) * 2_000)
    }
    const first = await place('other', 1_000)
    await assert.rejects(place('other', 1_000), { code: 'DEADLINE_TOO_NEAR' })
    const [known, unknown] = [place('slow', 3_000), place('new', 3_000)]
    known.catch(() => {})
    later(1_500, () => first[Symbol.dispose]())
    await until(42_000)
    await assert.rejects(known, { code: 'DEADLINE_TOO_NEAR' })
    ;(await unknown)[Symbol.dispose]()
    assert.equal(axon.scheduler.atWork, 0)
  })
})
