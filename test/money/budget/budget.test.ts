import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { parseDayLimit } from '#dist/money/amount.js'
import { Budget, type BudgetLimits, type Reservation, type SpentOnDay } from '#dist/money/budget/budget.js'
import type { MoneyEvent } from '#dist/money/money-events.js'

const limit = (text: string) => parseDayLimit(text) ?? null
const USD = 1_000_000_000
const NOON = Date.parse('2026-11-29T12:00:00Z')
const DAY = 86_400_000

/** A store that takes a while, and tells what a kill would leave. */
class SlowStore {
  saved: SpentOnDay | null = null
  writes = 0
  error: Error | null = null

  async write(spent: SpentOnDay): Promise<void> {
    await setTimeout(1)
    if (this.error) throw this.error
    this.writes += 1
    this.saved = spent
  }

  of(name: string): number {
    return this.saved?.spent.get(name) ?? 0
  }
}

function open(limits: Partial<BudgetLimits>, { store = new SlowStore(), at = { ms: NOON }, least = 0 } = {}) {
  const events: MoneyEvent[] = []
  const budget = new Budget({
    limits: { all: null, each: null, hotkeys: new Map(), ...limits },
    least,
    store,
    before: store.saved,
    now: () => at.ms,
    onEvent: event => events.push(event),
  })
  return { budget, store, events, at }
}

/** Takes what was reported. */
function namesOf(events: MoneyEvent[]) {
  return events.splice(0).map(event => [event.event, 'of' in event && event.of])
}

const isHeld = (one: object): one is Reservation => 'settle' in one

async function held(budget: Budget, caller: string | null, nano: number): Promise<Reservation> {
  const reservation = await budget.reserve(caller, nano)
  assert.ok(isHeld(reservation))
  return reservation
}

/** What the budget of all callers holds. */
function stateOf(budget: Budget) {
  const { spent, reserved, limit } = budget.stateOf('all') ?? {}
  return limit === undefined ? null : { spent, reserved, limit }
}

describe('a budget', () => {
  it('is overshot by nothing by 10,000 parallel questions, nor by those of the next process after a kill', async () => {
    const { budget, store } = open({ all: limit('5usd/day'), each: limit('2usd/day') })
    const cost = 1_234_567
    const ask = async (budget: Budget, at: number): Promise<number> => {
      const reservation = await budget.reserve(`hotkey ${at % 4}`, 3_000_000)
      if (!isHeld(reservation)) return 0
      await setTimeout(at % 7)
      // A tenth is never settled: its process is killed.
      if (at % 10 > 0) reservation.settle(cost)
      return at % 10 > 0 ? cost : 3_000_000
    }
    const spent = await Promise.all(Array.from({ length: 10_000 }, (_, at) => ask(budget, at)))
    const total = spent.reduce((sum, one) => sum + one, 0)
    assert.ok(total <= 5 * USD)
    assert.ok(total > 2 * USD, 'the budget is used')
    assert.ok(store.of('all') >= total, 'what was spent is written')

    const next = open({ all: limit('5usd/day'), each: limit('2usd/day') }, { store })
    const more = await Promise.all(Array.from({ length: 10_000 }, (_, at) => ask(next.budget, at)))
    assert.ok(total + more.reduce((sum, one) => sum + one, 0) <= 5 * USD)
  })

  it('says that a reservation is spent before it holds, so that a kill forgets none', async () => {
    const { budget, store } = open({ all: limit('1usd/day') })
    let sum = 0
    for (let at = 0; at < 50; at++) {
      const reservation = await held(budget, 'alice', 7_000_000)
      assert.ok(store.of('all') >= sum + 7_000_000)
      reservation.settle(5_000_000)
      sum += 5_000_000
    }
    // A hundredth of the limit is written ahead, and one write is for many reservations.
    assert.ok(store.of('all') <= sum + 7_000_000 + USD / 100)
    assert.ok(store.writes < 40)
    await budget.close()
    assert.equal(store.of('all'), sum)
  })

  it('gives back what is not spent, once', async () => {
    const { budget } = open({ all: limit('1usd/day') })
    const first = await held(budget, 'alice', USD)
    assert.ok(!isHeld(await budget.reserve('bob', 1)))
    first.settle(0)
    first.settle(0)
    assert.deepEqual(stateOf(budget), { spent: 0, reserved: 0, limit: USD })
    const part = (await held(budget, 'bob', USD)).split(USD / 2)
    part.settle(USD / 4)
    part.settle(USD / 4)
    assert.deepEqual(stateOf(budget), { spent: USD / 4, reserved: USD / 2, limit: USD })
  })

  it('tells whether it is spent, or only reserved, and how long the day is', async () => {
    const { budget } = open({ all: limit('1usd/day') })
    const first = await held(budget, 'alice', USD)
    assert.deepEqual(await budget.reserve('bob', 1), { of: 'all', isSpent: false, leftMs: DAY / 2 })
    first.settle(USD)
    assert.deepEqual(await budget.reserve('bob', 1), { of: 'all', isSpent: true, leftMs: DAY / 2 })
  })

  it('counts each hotkey by its own limit, and all strangers together', async () => {
    const hotkeys = new Map([
      ['rich', limit('3usd/day')],
      ['free', null],
    ])
    const { budget } = open({ each: limit('1usd/day'), hotkeys })
    const reserve = async (caller: string | null, usd: number) => {
      const one = await budget.reserve(caller, usd * USD)
      return isHeld(one) ? 'held' : one.of
    }
    assert.deepEqual(
      [await reserve('alice', 1), await reserve('alice', 1), await reserve('bob', 1)],
      ['held', 'alice', 'held'],
    )
    assert.deepEqual(
      [await reserve('rich', 3), await reserve('rich', 1), await reserve('free', 9)],
      ['held', 'rich', 'held'],
    )
    assert.deepEqual([await reserve(null, 1), await reserve(null, 1)], ['held', 'strangers'])
    assert.equal(stateOf(budget), null)
  })

  it('begins anew when the day (UTC) turns; what runs over midnight counts on the new day', async () => {
    const { budget, at, events } = open({ all: limit('1usd/day') })
    ;(await held(budget, 'alice', USD / 2)).settle(USD / 2)
    const late = await held(budget, 'alice', USD / 2)
    at.ms += DAY / 2
    assert.deepEqual(stateOf(budget), { spent: 0, reserved: USD / 2, limit: USD })
    late.settle(USD / 4)
    assert.deepEqual(stateOf(budget), { spent: USD / 4, reserved: 0, limit: USD })
    assert.deepEqual(events, [])
  })

  it('counts what a request spends after midnight whose earlier questions have ended before', async () => {
    const { budget, at } = open({ all: limit('1usd/day'), each: limit('1usd/day') })
    const request = await held(budget, 'alice', USD / 2)
    request.split(USD / 2).settle(USD / 2)
    at.ms += DAY / 2
    assert.deepEqual(stateOf(budget), { spent: 0, reserved: 0, limit: USD })
    const second = await held(budget, 'alice', USD / 2)
    second.split(USD / 2).settle(USD / 2)
    request.split(0).settle(USD / 4)
    assert.equal(stateOf(budget)?.spent, 0.75 * USD)
    const refused = await budget.reserve('alice', USD / 2)
    assert.ok(!isHeld(refused))
  })

  it('reserves nothing but amounts', async () => {
    const { budget } = open({ all: limit('1usd/day') })
    for (const nano of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1])
      await assert.rejects(budget.reserve('alice', nano), RangeError)
    assert.deepEqual(stateOf(budget), { spent: 0, reserved: 0, limit: USD })
  })

  it('goes back with a clock that was ahead for a moment, with what was spent before and meanwhile', async () => {
    const { budget, at, store, events } = open({ all: limit('1usd/day') })
    ;(await held(budget, 'alice', USD / 4)).settle(USD / 4)
    at.ms += 1_500 * DAY
    ;(await held(budget, 'alice', USD / 4)).settle(USD / 4)
    at.ms -= 1_500 * DAY
    assert.equal(stateOf(budget)?.spent, USD / 2)
    await held(budget, 'alice', 1)
    assert.equal(store.saved?.day, Math.floor(NOON / DAY))
    assert.deepEqual(
      events.map(({ event, message }) => [event, message]),
      [
        [
          'budgetSetBack',
          'the clock has gone back from 2031-01-07 to 2026-11-29: what was spent on both counts on 2026-11-29',
        ],
      ],
    )
    at.ms += DAY
    assert.equal(stateOf(budget)?.spent, 0)
  })

  it('forgets nothing when the clock is set back for a moment', async () => {
    const { budget, at } = open({ all: limit('1usd/day') })
    ;(await held(budget, 'alice', USD / 2)).settle(USD / 2)
    at.ms -= 300 * DAY
    ;(await held(budget, 'alice', USD / 4)).settle(USD / 4)
    at.ms += 300 * DAY
    assert.equal(stateOf(budget)?.spent, 0.75 * USD)
  })

  it('goes on with the day of the next process when that starts before midnight, and the file is of the day after', async () => {
    const { budget, at, store } = open({ all: limit('1usd/day') })
    ;(await held(budget, 'alice', USD)).settle(USD)
    at.ms -= DAY
    const next = open({ all: limit('1usd/day') }, { store, at })
    at.ms += DAY
    assert.ok(!isHeld(await next.budget.reserve('alice', 1)))
  })

  it('keeps what is spent of a budget that the next process does not have, for the one after it', async () => {
    const first = open({ all: limit('1usd/day'), each: limit('1usd/day') })
    ;(await held(first.budget, 'alice', USD)).settle(USD)
    const { store, at } = first
    const second = open({ hotkeys: new Map([['bob', limit('1usd/day')]]) }, { store, at })
    ;(await held(second.budget, 'bob', USD / 2)).settle(USD / 2)
    at.ms += 9 * DAY
    assert.equal(stateOf(second.budget), null)
    at.ms -= 9 * DAY
    await second.budget.close()
    const third = open({ all: limit('1usd/day') }, { store, at })
    assert.ok(!isHeld(await third.budget.reserve('carol', 1)))
    at.ms += DAY
    ;(await held(third.budget, 'carol', 1)).settle(1)
    await third.budget.close()
    assert.deepEqual([...store.saved!.spent.keys()], ['all'])
  })

  it('forgets nothing when the clock is set back', async () => {
    const { budget, at, store } = open({ all: limit('1usd/day') })
    ;(await held(budget, 'alice', USD)).settle(USD)
    at.ms -= 3 * DAY
    assert.ok(!isHeld(await budget.reserve('alice', 1)))
    const next = open({ all: limit('1usd/day') }, { store, at })
    assert.ok(!isHeld(await next.budget.reserve('alice', 1)))
  })

  it('forgets the day before at a restart', async () => {
    const { budget, at, store } = open({ all: limit('1usd/day') })
    ;(await held(budget, 'alice', USD)).settle(USD)
    at.ms += DAY
    const next = open({ all: limit('1usd/day') }, { store, at })
    assert.ok(isHeld(await next.budget.reserve('alice', USD)))
  })

  it('warns once at four fifths, and once when it is spent', async () => {
    const { budget, events, at } = open({ all: limit('1usd/day'), each: limit('0.9usd/day') }, { least: 1 })
    for (let round = 0; round < 2; round++) {
      ;(await held(budget, 'alice', 0.79 * USD)).settle(0.79 * USD)
      assert.deepEqual(
        events.splice(0).map(({ event }) => event),
        ['budgetNear'],
      )
      ;(await held(budget, 'alice', 0.05 * USD)).settle(0.05 * USD)
      ;(await held(budget, 'bob', 0.16 * USD)).settle(0.16 * USD)
      await budget.reserve('bob', 1)
      await budget.reserve('bob', 1)
      assert.deepEqual(namesOf(events), [
        ['budgetNear', 'all'],
        ['budgetSpent', 'all'],
      ])
      at.ms += DAY
    }
  })

  it('says once a day when so little is left that not even the least request fits, however little is spent', async () => {
    const { budget, events, at } = open({ each: limit('1usd/day') }, { least: 0.9 * USD })
    for (let round = 0; round < 2; round++) {
      ;(await held(budget, 'alice', 0.9 * USD)).settle(0.05 * USD)
      ;(await held(budget, 'alice', 0.9 * USD)).settle(0.06 * USD)
      assert.deepEqual(namesOf(events), [['budgetSpent', 'alice']])
      assert.ok(!isHeld(await budget.reserve('bob', 1.1 * USD)))
      assert.equal(events.length, 0)
      for (let at = 0; at < 3; at++) assert.ok(!isHeld(await budget.reserve('alice', 0.9 * USD)))
      assert.equal(events.length, 0)
      assert.equal(budget.stateOf('alice')?.isSpent, true)
      at.ms += DAY
      assert.equal(budget.stateOf('alice')?.isSpent, false)
    }
  })

  it('is not spent while smaller requests than a refused one still fit', async () => {
    const { budget, events } = open({ each: limit('1usd/day') }, { least: 0.01 * USD })
    ;(await held(budget, 'alice', 0.81 * USD)).settle(0.81 * USD)
    const refused = await budget.reserve('alice', 0.25 * USD)
    assert.ok(!isHeld(refused) && refused.isSpent)
    assert.deepEqual([budget.stateOf('alice')?.isSpent, budget.callerStates()[0]?.isSpent], [false, false])
    for (let at = 0; at < 19; at++) (await held(budget, 'alice', 0.01 * USD)).settle(0.01 * USD)
    assert.deepEqual(namesOf(events), [
      ['budgetNear', 'alice'],
      ['budgetSpent', 'alice'],
    ])
    assert.equal(budget.stateOf('alice')?.isSpent, true)
  })

  it('is spent still after a restart, which says so once, also of one that is only near', async () => {
    const limits = { each: limit('1usd/day') }
    const { budget, store } = open(limits, { least: 0.01 * USD })
    ;(await held(budget, 'alice', USD)).settle(0.995 * USD)
    ;(await held(budget, 'bob', USD)).settle(0.9 * USD)
    await budget.close()
    const next = open(limits, { store, least: 0.01 * USD })
    assert.deepEqual(namesOf(next.events), [
      ['budgetSpent', 'alice'],
      ['budgetNear', 'bob'],
    ])
    assert.equal(next.budget.stateOf('alice')?.isSpent, true)
    assert.ok(!isHeld(await next.budget.reserve('alice', 0.01 * USD)))
    ;(await held(next.budget, 'bob', 0.01 * USD)).settle(0)
    assert.equal(next.events.length, 0)
  })

  it('counts what an endpoint used beyond its most, and writes it', async () => {
    const { budget, store } = open({ all: limit('1usd/day') })
    ;(await held(budget, 'alice', 1_000)).settle(2 * USD)
    assert.equal(stateOf(budget)?.spent, 2 * USD)
    await budget.close()
    assert.equal(store.of('all'), 2 * USD)
  })

  it('reserves nothing while it cannot be written, and says so once', async () => {
    const { budget, store, events } = open({ all: limit('1usd/day') })
    store.error = new Error('the disk is full')
    await assert.rejects(budget.reserve('alice', 1), store.error)
    await assert.rejects(budget.reserve('alice', 1), store.error)
    assert.deepEqual(stateOf(budget), { spent: 0, reserved: 0, limit: USD })
    store.error = null
    await held(budget, 'alice', 1)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['budgetUnwritten', 'budgetWritten'],
    )
  })
})

describe('an amount for a day', () => {
  it('is read, and refused when it is no amount', () => {
    assert.equal(parseDayLimit('5usd/day')?.nano, 5 * USD)
    assert.equal(parseDayLimit('0.25usd/day')?.nano, USD / 4)
    assert.equal(parseDayLimit('none'), null)
    for (const text of [
      '',
      '5',
      '5usd',
      '5 usd/day',
      '-5usd/day',
      '5eur/day',
      '5usd/h',
      '1e3usd/day',
      '0usd/day',
      '9999999usd/day',
    ])
      assert.equal(parseDayLimit(text), undefined, text)
  })
})
