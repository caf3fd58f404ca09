import assert from 'node:assert/strict'
import { parseRate } from '#dist/policy/rate.js'

describe('a rate', () => {
  for (const [text, limit, windowMs] of [
    ['30/min', 30, 60_000],
    ['1/5min', 1, 300_000],
    ['10/s', 10, 1_000],
    ['2/1h', 2, 3_600_000],
    ['500/day', 500, 86_400_000],
    ['1000000/7day', 1_000_000, 604_800_000],
  ] as const)
    it(`may be ${text}`, () => assert.deepEqual(parseRate(text), { limit, windowMs, text }))

  it('may be none', () => assert.equal(parseRate('none'), null))

  for (const text of [
    '',
    '30',
    '0/min',
    '-1/min',
    '1.5/min',
    '30/m',
    '30 / min',
    '1/0min',
    '1000001/s',
    '1/8day',
    '/min',
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseRate(text), undefined))
})
