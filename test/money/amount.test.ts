import assert from 'node:assert/strict'
import { dollarsText } from '#dist/money/amount.js'

describe('dollars', () => {
  for (const [usd, text] of [
    [0, '$0'],
    [0.000_000_18, '<$0.000001'],
    [0.000_001, '$0.000001'],
    [0.000_012_3, '$0.000012'],
    [0.001_234, '$0.00123'],
    [0.5, '$0.50'],
    [0.625, '$0.625'],
    [0.999_9, '$1.00'],
    [2, '$2.00'],
    [999.999, '$1,000.00'],
    [1_234_567.891, '$1,234,567.89'],
    [-1.5, '-$1.50'],
  ] as const)
    it(`are shown as ${text}`, () => assert.equal(dollarsText(usd), text))
})
