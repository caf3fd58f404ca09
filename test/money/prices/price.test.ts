import assert from 'node:assert/strict'
import { costOfUsage, mostCost, type Price } from '#dist/money/prices/price.js'
import type { Usage } from '#dist/plugin/money/spending.js'

const price: Price = { input: 0.15, output: 0.6, cached: 0.075 }

describe('the cost of an answer', () => {
  const cases: [string, Price, Usage, number | null][] = [
    ['counts prompt and answer', price, { promptTokens: 1_000, completionTokens: 100 }, 150_000 + 60_000],
    [
      'counts cached tokens at their own rate',
      price,
      { promptTokens: 1_000, cachedTokens: 400, completionTokens: 0 },
      90_000 + 30_000,
    ],
    [
      'counts them as others without one',
      { input: 1, output: 2 },
      { promptTokens: 10, cachedTokens: 10, completionTokens: 0 },
      10_000,
    ],
    [
      'counts reasoning as the answer, of which it is a part',
      price,
      { promptTokens: 0, completionTokens: 100, reasoningTokens: 40 },
      60_000,
    ],
    [
      'counts reasoning at its own rate',
      { ...price, reasoning: 6 },
      { promptTokens: 0, completionTokens: 100, reasoningTokens: 40 },
      36_000 + 240_000,
    ],
    [
      'counts what was written to the cache at its own rate',
      { input: 1, output: 0, cacheWrite: 1.25 },
      { promptTokens: 100, cacheWriteTokens: 40 },
      60_000 + 50_000,
    ],
    [
      'takes all for written when the count is absent',
      { input: 1, output: 0, cacheWrite: 1.25 },
      { promptTokens: 100, cachedTokens: 20 },
      100_000 + 20_000,
    ],
    [
      'takes the rates of long prompts',
      { input: 1, output: 2, above: { tokens: 100, input: 3 } },
      { promptTokens: 101, completionTokens: 1 },
      303_000 + 2_000,
    ],
    ['rounds up', { input: 0.0005, output: 0 }, { promptTokens: 1 }, 1],
    ['is unknown without the count of the prompt', price, { completionTokens: 5 }, null],
    ['is unknown without the count of the answer', price, { promptTokens: 5 }, null],
    ['is unknown when a count is a fraction', price, { promptTokens: 5.5, completionTokens: 1 }, null],
    ['is unknown when a count is absurd', price, { promptTokens: 5, completionTokens: 1e300 }, null],
    [
      'never counts more cached tokens than there are',
      price,
      { promptTokens: 10, cachedTokens: 1_000, completionTokens: 0 },
      750,
    ],
  ]
  for (const [title, at, usage, cost] of cases) it(title, () => assert.equal(costOfUsage(at, usage), cost))

  it('is exact where numbers with a fraction are not', () => {
    const each = costOfUsage({ input: 0.1, output: 0.2 }, { promptTokens: 1, completionTokens: 1 })!
    assert.equal(each * 1_000_000, 300_000_000)
  })
})

describe('the most that an answer may cost', () => {
  it('takes the dearest rate, and the tier that a shorter prompt may not reach', () => {
    const tiers: Price = {
      input: 1,
      output: 2,
      cacheWrite: 1.5,
      reasoning: 5,
      above: { tokens: 1_000, input: 9, output: 3 },
    }
    assert.equal(mostCost(tiers, { promptTokens: 10, completionTokens: 10 }), 90_000 + 50_000)
  })

  it('takes the model’s own limit of tokens without another', () => {
    assert.equal(mostCost({ ...price, maxOutput: 1_000 }, { promptTokens: 0, completionTokens: null }), 600_000)
    assert.equal(mostCost(price, { promptTokens: 0, completionTokens: null }), null)
    assert.equal(mostCost(price, { promptTokens: 0, completionTokens: null, answers: 4 }), null)
  })

  it('is that of all answers where the limit is that of one', () => {
    const limited = { ...price, maxOutput: 1_000 }
    const most = (answers: number) => mostCost(limited, { promptTokens: 0, completionTokens: null, answers })
    assert.equal(most(4), 2_400_000)
    assert.equal(mostCost(limited, { promptTokens: 0, completionTokens: 1_000, answers: 4 }), 600_000)
    for (const answers of [0, -1, 0.5, Number.NaN]) assert.equal(most(answers), null)
  })

  it('is never below the cost', () => {
    const all: Price = {
      input: 3,
      output: 15,
      cached: 0.3,
      cacheWrite: 3.75,
      above: { tokens: 50, input: 6, output: 22.5 },
    }
    for (const promptTokens of [0, 1, 49, 50, 51, 1_000])
      for (const cachedTokens of [0, promptTokens])
        for (const completionTokens of [0, 1, 99]) {
          const cost = costOfUsage(all, { promptTokens, cachedTokens, completionTokens })!
          assert.ok(cost <= mostCost(all, { promptTokens, completionTokens: 99 })!)
        }
  })
})
