import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { vendorOfHost } from '#dist/money/prices/vendors.js'

const path = new URL('../../../src/money/prices/prices.json', import.meta.url)
const file = JSON.parse(readFileSync(path, 'utf8'))

/** Rates beside those that each price has, and the most tokens of an answer. */
const optional = ['cached', 'cacheWrite', 'reasoning']
const rates = ['input', 'output', ...optional]

describe('the list of prices', () => {
  it('tells its version, its day and the licence of its source', () => {
    const { source, version, day, sha256, licence, ...rest } = file
    assert.match(source, new RegExp(`^litellm/model_prices_and_context_window_backup\\.json .* litellm ${version}`))
    assert.match(day, /^20\d\d-\d\d-\d\d$/)
    assert.match(sha256, /^[0-9a-f]{64}$/)
    assert.match(licence, /^MIT License\n\nCopyright \(c\) \d{4} Berri AI\n\nPermission is hereby granted/)
    assert.match(licence, /The above copyright notice and this permission notice shall be included in all/)
    assert.deepEqual(Object.keys(rest), ['vendors'])
  })

  it('has a vendor for each host, and models for each vendor', () => {
    assert.deepEqual(Object.keys(file.vendors).sort(), [...new Set(vendorOfHost.values())].sort())
    for (const [vendor, models] of Object.entries(file.vendors))
      assert.ok(Object.keys(models as object).length >= 5, `${vendor} has models`)
  })

  it('has a rate above 0 for each model, in dollars per million tokens, and nothing else', () => {
    for (const [vendor, models] of Object.entries<Record<string, Record<string, unknown>>>(file.vendors))
      for (const [model, { input, output, above, maxOutput, ...others }] of Object.entries(models)) {
        const name = `${vendor} ${model}`
        assert.ok(Number(input) > 0 && Number(input) < 1_000, name)
        assert.ok(Number(output) >= 0 && Number(output) < 10_000, name)
        // Embeddings alone have no price of an answer.
        assert.ok(Number(output) > 0 || /embed|bge|e5|retrieval|gte/i.test(model), name)
        assert.ok(maxOutput === undefined || (Number.isInteger(maxOutput) && Number(maxOutput) > 0), name)
        for (const [rate, value] of Object.entries(others)) {
          assert.ok(optional.includes(rate), `${name} ${rate}`)
          assert.ok(typeof value === 'number' && value >= 0, `${name} ${rate}`)
        }
        if (above === undefined) continue
        const { tokens, ...higher } = above as Record<string, number>
        assert.ok(tokens! >= 100_000, name)
        for (const rate of Object.keys(higher)) assert.ok(rates.includes(rate), `${name} above ${rate}`)
      }
  })

  it('has no model that charges for searches, which tokens do not tell', () => {
    const models = Object.values(file.vendors).flatMap(one => Object.keys(one as object))
    assert.deepEqual(
      models.filter(model => model.includes('search')),
      [],
    )
  })

  it('is small', () => {
    assert.ok(statSync(path).size < 100_000)
  })
})
