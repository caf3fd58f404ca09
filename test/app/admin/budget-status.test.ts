import assert from 'node:assert/strict'
import { callerBudgets } from '#dist/app/admin/budget-status.js'

describe('the budgets of callers in a status', () => {
  const use = (of: string, spentUsd: number) => ({ of, limitUsd: 2, spentUsd, reservedUsd: 0.5, isSpent: spentUsd > 1 })

  it('count all hotkeys, of which they show the most used, and strangers apart', () => {
    const spent = Array.from({ length: 30 }, (_, at) => use(`spent-${at}`, 1.5))
    const others = Array.from({ length: 20 }, (_, at) => use(`other-${at}`, 0.5))
    const { hotkeyBudgets, strangersBudget } = callerBudgets([use('strangers', 1.5), ...spent, ...others])
    assert.deepEqual([hotkeyBudgets?.asked, hotkeyBudgets?.spent, hotkeyBudgets?.most.length], [50, 30, 20])
    assert.deepEqual(hotkeyBudgets?.most[0], { of: 'spent-0', usdPerDay: 2, usedUsd: 2, isSpent: true })
    assert.deepEqual(strangersBudget, { usdPerDay: 2, usedUsd: 2, isSpent: true })
  })

  it('have no strangers until they ask', () => {
    assert.deepEqual(callerBudgets([]), { hotkeyBudgets: { asked: 0, spent: 0, most: [] } })
  })
})
