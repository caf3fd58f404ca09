import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readLedgerDay } from '#dist/money/ledger/ledger-file.js'
import type { MoneyEvent } from '#dist/money/money-events.js'
import { budgetLimits, type MoneyOptions, openMoney } from '#dist/money/open-money.js'
import { PriceList } from '#dist/money/prices/price-list.js'
import type { Attempt } from '#dist/plugin/miner.js'

const prices = new PriceList({ m: { input: 1, output: 2 } }, {}, [])
const sources = [
  { endpoint: 'main', model: 'm', host: 'h', hasOtherTier: false, addedTokens: 0, completionTokens: 1_000_000 },
]
const NOON = Date.parse('2026-11-29T12:00:00Z')
const DAY = Math.floor(NOON / 86_400_000)

describe('the money of a miner', () => {
  let folder: string
  let at: number
  const events: MoneyEvent[] = []
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'miner-money-')), 'money')
    at = NOON
    events.length = 0
  })
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

  const open = (limit = 'none', options: Partial<MoneyOptions> = {}) =>
    openMoney({
      prices,
      sources,
      limits: budgetLimits({ limit, each: 'none', hotkeys: {} }),
      folder,
      now: () => at,
      onEvent: event => events.push(event),
      ...options,
    })
  const answered = (hotkey: string | null, ...more: Partial<Attempt>[]) => ({
    hotkey,
    attempts: more.map(one => ({ endpoint: 'main', model: 'm', ms: 1, ...one })),
  })
  const usage = { promptTokens: 1_000_000, completionTokens: 500_000 }

  it('counts what each hotkey costs a day, over a restart, in files of this user', async () => {
    {
      await using money = await open()
      money.add(answered('alice', { usage }))
      money.add(answered('alice', { usage }, { error: 'HEDGE_LOST' }))
      money.add(answered(null, { usage }))
      money.add({ hotkey: 'bob' })
      assert.deepEqual(money.costOf(answered('alice', { usage })), { usd: 2, unknown: 0 })
      const { usd, unknown, until } = money.today()
      assert.deepEqual([usd, unknown], [6, 1])
      assert.ok(until > at && until <= at + 86_400_000)
      assert.deepEqual(money.spentBy('alice'), { usd: 4, unknown: 1 })
      assert.deepEqual(money.spentBy('strangers'), { usd: 2, unknown: 0 })
      assert.deepEqual(money.spentBy('bob'), { usd: 0, unknown: 0 })
    }
    {
      await using money = await open()
      money.add(answered('alice', { usage }))
      assert.equal(money.today().usd, 8)
      at += 86_400_000
      assert.equal(money.today().usd, 0)
      money.add(answered('alice', { usage }))
    }
    const [today, tomorrow] = [await readLedgerDay(folder, DAY), await readLedgerDay(folder, DAY + 1)]
    assert.deepEqual(today?.hotkeys.get('alice'), {
      requests: 3,
      nano: 6_000_000_000,
      unknown: 1,
      promptTokens: 3_000_000,
      completionTokens: 1_500_000,
    })
    assert.equal(tomorrow?.hotkeys.get('alice')?.requests, 1)
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
    assert.deepEqual(events, [])
  })

  it('does not know what a day costs of which no answer’s cost is known', async () => {
    await using money = await open()
    const unpriced = answered('alice', { model: 'without-a-price', usage })
    money.add(unpriced)
    assert.deepEqual(money.spentBy('alice'), { usd: null, unknown: 1 })
    assert.equal(money.today().usd, null)
    assert.deepEqual(money.costsOf(answered('alice', { usage }, { model: 'huge', usage })), [
      { model: 'm', usd: 2 },
      { model: 'huge', usd: null },
    ])
    money.add(answered('alice', { usage }))
    assert.deepEqual(money.spentBy('alice'), { usd: 2, unknown: 1 })
    assert.equal(money.hasPrices, true)
  })

  it('keeps a budget over a restart, and counts what was reserved at a kill', async () => {
    const admit = async (money: Awaited<ReturnType<typeof open>>) => money.gate!.admit('alice', 1_000_000)
    const kept = () => JSON.parse(readFileSync(join(folder, 'budget.json'), 'utf8'))
    {
      await using money = await open('7usd/day')
      using purse = await admit(money)
      const spending = await purse.spend({ endpoint: 'main', model: 'm', promptTokens: 10, completionTokens: 10 })
      spending.end({ promptTokens: 10, completionTokens: 10 })
    }
    assert.deepEqual(kept(), { format: 1, day: '2026-11-29', spent: { all: 30_000 } })

    await using money = await open('7usd/day')
    await admit(money)
    // What is on the disk now is all that a kill leaves: the request reserves 3 dollars.
    const killed = kept()
    assert.ok(killed.spent.all >= 3_000_030_000)
    await money[Symbol.asyncDispose]()
    writeFileSync(join(folder, 'budget.json'), JSON.stringify(killed))
    await using next = await open('7usd/day')
    assert.ok(next.today().budget!.spentUsd >= 3)
    await admit(next)
    await assert.rejects(admit(next), { code: 'BUDGET_SPENT', status: 429 })
  })

  it('tells what the budget of each caller holds, the most used first, and which of them is spent', async () => {
    const hotkeys = { carol: '4usd/day', dave: 'none' }
    await using money = await open('none', { limits: budgetLimits({ limit: 'none', each: '2usd/day', hotkeys }) })
    assert.deepEqual(money.callerBudgets(), [])
    const empty = { spentUsd: 0, reservedUsd: 0, isSpent: false }
    assert.deepEqual(money.budgetOf('carol'), { of: 'carol', limitUsd: 4, ...empty })
    assert.equal(money.budgetOf('dave'), null)
    const most = { endpoint: 'main', model: 'm', promptTokens: 1_000_000, completionTokens: 500_000 }
    using purse = await money.gate!.admit('carol', 0)
    ;(await purse.spend(most)).end({ promptTokens: 1_000_000, completionTokens: 0 })
    using other = await money.gate!.admit(null, 0)
    ;(await other.spend(most)).end(usage)
    await assert.rejects(money.gate!.admit(null, 0), { code: 'BUDGET_SPENT' })
    assert.deepEqual(money.callerBudgets(), [
      { of: 'strangers', limitUsd: 2, spentUsd: 2, reservedUsd: 0, isSpent: true },
      { of: 'carol', limitUsd: 4, spentUsd: 1, reservedUsd: 0, isSpent: false },
    ])
    assert.equal(money.today().budget, undefined)
    at += 86_400_000
    assert.deepEqual(money.callerBudgets(), [])
    await using unlimited = await open('1usd/day', { folder: null })
    assert.equal(unlimited.callerBudgets(), null)
  })

  it('does not start with a budget whose file is damaged, and leaves it unlocked', async () => {
    await (await open('1usd/day'))[Symbol.asyncDispose]()
    for (const text of [
      '{',
      '{}',
      '{"format":1,"day":"today","spent":{}}',
      '{"format":1,"day":"2026-11-29","spent":{"all":-1}}',
    ]) {
      writeFileSync(join(folder, 'budget.json'), text)
      await assert.rejects(open('1usd/day'), { code: 'BUDGET_UNREADABLE' })
    }
    await using _ = await open()
    assert.deepEqual(events, [])
  })

  it('does not start with a budget of a day that is more than one ahead of the clock', async () => {
    await (await open('1usd/day'))[Symbol.asyncDispose]()
    at -= 2 * 86_400_000
    await assert.rejects(open('1usd/day'), {
      code: 'BUDGET_AHEAD',
      message: /the clock says 2026-11-27, and .*2026-11-29/,
    })
    at += 86_400_000
    await using _ = await open('1usd/day')
    assert.deepEqual(events, [])
  })

  it('leaves a folder to the process that has it: an error with a budget, and without one no ledger', async () => {
    await using _ = await open()
    await assert.rejects(open('1usd/day'), { code: 'BUDGET_LOCKED' })
    await using other = await open()
    other.add(answered('alice', { usage }))
    assert.equal(other.today().usd, 2)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['ledgerLocked'],
    )
  })

  it('begins a day anew whose file is damaged, and says so', async () => {
    {
      await using money = await open()
      money.add(answered('alice', { usage }))
    }
    writeFileSync(join(folder, 'ledger-2026-11-29.json'), '{"format":1')
    await using money = await open()
    assert.equal(money.today().usd, 0)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['ledgerUnwritten'],
    )
    money.add(answered('alice', { usage }))
    await money[Symbol.asyncDispose]()
    assert.equal(readFileSync(join(folder, 'ledger-2026-11-29.json.damaged'), 'utf8'), '{"format":1')
    at += 401 * 86_400_000
    await (await open())[Symbol.asyncDispose]()
    assert.deepEqual(readdirSync(folder), [])
  })

  it('goes on with today where an old day cannot be removed', async () => {
    {
      await using money = await open()
      money.add(answered('alice', { usage }))
    }
    mkdirSync(join(folder, 'ledger-2020-01-01.json', 'full'), { recursive: true })
    {
      await using money = await open()
      assert.equal(money.today().usd, 2)
      money.add(answered('alice', { usage }))
    }
    assert.equal((await readLedgerDay(folder, DAY))?.hotkeys.get('alice')?.requests, 2)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['ledgerUnwritten'],
    )
  })

  it('goes on with its day after a moment in which the clock was ahead', async () => {
    {
      await using money = await open()
      money.add(answered('alice', { usage }))
      at += 1_500 * 86_400_000
      money.add(answered('alice', { usage }))
      at -= 1_500 * 86_400_000
      money.add(answered('alice', { usage }))
    }
    {
      // A process that starts while the clock is behind.
      at -= 9 * 86_400_000
      await using money = await open()
      money.add(answered('alice', { usage }))
      at += 9 * 86_400_000
      money.add(answered('alice', { usage }))
    }
    assert.equal((await readLedgerDay(folder, DAY))?.hotkeys.get('alice')?.requests, 3)
    assert.equal((await readLedgerDay(folder, DAY + 1_500))?.hotkeys.get('alice')?.requests, 1)
    assert.deepEqual(events, [])
  })

  it('forgets days after 400', async () => {
    await (await open())[Symbol.asyncDispose]()
    const empty = '{"format":1,"hotkeys":{}}'
    for (const day of ['2025-10-24', '2025-10-25', '2025-10-26'])
      writeFileSync(join(folder, `ledger-${day}.json`), empty)
    await (await open())[Symbol.asyncDispose]()
    assert.deepEqual(readdirSync(folder).sort(), ['ledger-2025-10-25.json', 'ledger-2025-10-26.json'])
  })

  it('counts together what a day has no room for', async () => {
    await using money = await open()
    for (let at = 0; at < 1_100; at++) money.add(answered(`hotkey ${at}`, { usage }))
    assert.deepEqual(money.spentBy('hotkey 999'), { usd: 2, unknown: 0 })
    assert.deepEqual(money.spentBy('hotkey 1000'), { usd: 0, unknown: 0 })
    assert.deepEqual(money.spentBy('others'), { usd: 200, unknown: 0 })
  })

  it('is kept in memory without a folder', async () => {
    await using money = await open('1usd/day', { folder: null })
    money.add(answered('alice', { usage }))
    assert.equal(money.today().usd, 2)
    assert.throws(() => statSync(folder), { code: 'ENOENT' })
  })
})
