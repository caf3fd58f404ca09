import assert from 'node:assert/strict'
import { BodyBudget } from '#dist/axon/state/body-budget.js'
import type { Refusal } from '#dist/wires/refusal.js'

const hotkey = (name: string) => ({ kind: 'hotkey' as const, name })
const isFull = ({ code }: Refusal) => code === 'BODIES_FULL'

describe('the budget of bodies', () => {
  /** A budget whose parts record that they were refused. */
  function budgetOf(limit: number) {
    const budget = new BodyBudget(limit)
    const refused: string[] = []
    const open = (holder: string, name: string) => budget.open(hotkey(holder), () => refused.push(name))
    return { budget, refused, open }
  }

  it('lets another caller in while the bodies of the one that has most are pinned, up to a quarter more', () => {
    const { budget, refused, open } = budgetOf(1_000)
    const whole = open('greedy', 'whole')
    whole.take(1_000)
    whole.pin()
    assert.throws(() => open('greedy', 'more').take(1), isFull)
    const good = open('good', 'good')
    good.take(250)
    good.pin()
    assert.equal(budget.load().bytes, 1_250)
    assert.throws(() => open('third', 'third').take(1), isFull)
    whole[Symbol.dispose]()
    open('third', 'again').take(750)
    assert.deepEqual([budget.load().bytes, refused], [1_000, []])
  })

  it('refuses a body that is not whole of the caller that has most of those, when the one that has most of all has none', () => {
    const { budget, refused, open } = budgetOf(1_000)
    const whole = open('greedy', 'whole')
    whole.take(1_000)
    whole.pin()
    open('accomplice', 'stalled').take(250)
    open('good', 'good').take(50)
    assert.deepEqual([budget.load().bytes, refused], [1_050, ['stalled']])
  })

  it('refuses a body of the caller that has most before it lets anyone take more', () => {
    const { budget, refused, open } = budgetOf(1_000)
    const whole = open('greedy', 'whole')
    whole.take(600)
    whole.pin()
    open('greedy', 'read').take(400)
    open('good', 'good').take(250)
    assert.deepEqual([budget.load().bytes, refused], [850, ['read']])
  })
})
