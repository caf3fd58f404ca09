import assert from 'node:assert/strict'
import { openPriceList, PriceList } from '#dist/money/prices/price-list.js'
import { costOfRequest } from '#dist/money/prices/request-cost.js'
import type { ModelSource } from '#dist/plugin/money/spending.js'

const source = (endpoint: string, host: string, hasOtherTier = false): ModelSource => {
  return { endpoint, model: 'gpt-4o-mini', host, hasOtherTier, addedTokens: 0, completionTokens: 100 }
}
const sources = [
  source('main', 'api.openai.com'),
  source('flex', 'api.openai.com', true),
  source('eu', 'eu.api.openai.com'),
  source('proxy', '127.0.0.1:8000'),
]

describe('the price of a model', () => {
  it('is known of none where neither the operator nor a vendor’s list gives any', async () => {
    assert.equal((await openPriceList({}, [source('proxy', '127.0.0.1:8000')])).hasAny, false)
    assert.equal((await openPriceList({}, [source('flex', 'api.openai.com', true)])).hasAny, false)
    assert.equal((await openPriceList({}, sources)).hasAny, true)
    assert.equal((await openPriceList({ m: { input: 0, output: 0 } }, [])).hasAny, true)
  })

  it('is the vendor’s where the host is the vendor’s own', async () => {
    const prices = await openPriceList({}, sources)
    assert.equal(prices.of('main', 'gpt-4o-mini')?.input, 0.15)
    assert.equal(prices.of('main', 'text-embedding-3-small')?.output, 0)
  })

  it('is unknown, and not 0, for any other host, model, tier or endpoint', async () => {
    const prices = await openPriceList({}, sources)
    const unknown: [string | null, string][] = [
      ['proxy', 'gpt-4o-mini'],
      ['eu', 'gpt-4o-mini'],
      ['flex', 'gpt-4o-mini'],
      ['elsewhere', 'gpt-4o-mini'],
      [null, 'gpt-4o-mini'],
      ['main', 'a-model-of-tomorrow'],
      ['main', 'constructor'],
      ['main', 'toString'],
    ]
    for (const [endpoint, model] of unknown) assert.equal(prices.of(endpoint, model), null, `${model} at ${endpoint}`)
  })

  it('is the operator’s where one is given, first of all for the endpoint', async () => {
    const given = { 'gpt-4o-mini': { input: 1, output: 1 }, 'gpt-4o-mini at proxy': { input: 0, output: 0 } }
    const prices = await openPriceList(given, sources)
    assert.equal(prices.of('main', 'gpt-4o-mini')?.input, 1)
    assert.equal(prices.of('proxy', 'gpt-4o-mini')?.input, 0)
    assert.equal(prices.of(null, 'gpt-4o-mini')?.input, 1)
  })
})

describe('the cost of a request', () => {
  const prices = new PriceList({ m: { input: 1, output: 2 } }, {}, [])
  const attempt = { endpoint: 'main', model: 'm', ms: 1 }
  const usage = { promptTokens: 10, completionTokens: 5 }

  it('adds up all attempts: failed tries, lost hedges and further questions', () => {
    const attempts = [
      { ...attempt, usage },
      { ...attempt, error: 'MODEL_EMPTY', usage },
      { ...attempt, error: 'MODEL_RATE_LIMITED', usage: { promptTokens: 0, completionTokens: 0 } },
    ]
    assert.deepEqual(costOfRequest(prices, { attempts }), { nano: 40_000, unknown: 0 })
  })

  it('says how many attempts it does not know', () => {
    const attempts = [
      { ...attempt, usage },
      { ...attempt, error: 'HEDGE_LOST' },
      { ...attempt, model: 'other', usage },
    ]
    assert.deepEqual(costOfRequest(prices, { attempts }), { nano: 20_000, unknown: 2 })
  })

  it('does not count what another question pays', () => {
    assert.deepEqual(costOfRequest(prices, { attempts: [{ ...attempt, isShared: true, usage }] }), {
      nano: 0,
      unknown: 0,
    })
  })

  it('goes by the outcome of a miner that reports no attempts', () => {
    const outcome = { model: 'm', finishReason: 'stop', usage }
    assert.deepEqual(costOfRequest(prices, { outcome }), { nano: 20_000, unknown: 0 })
    assert.deepEqual(costOfRequest(prices, { outcome: { model: 'm', finishReason: 'stop' } }), { nano: 0, unknown: 1 })
    assert.equal(costOfRequest(prices, {}), null)
  })
})
