import assert from 'node:assert/strict'
import { paidAttempts, wholeTokens } from '#dist/plugin/run/paid-attempts.js'

describe('the attempts that a request pays for', () => {
  const usage = { promptTokens: 1 }
  const attempt = { endpoint: 'main', model: 'small', ms: 1 }
  const outcome = { model: 'small-2026', finishReason: 'stop', usage }

  it('are those of all questions, with the failed ones and without those that another request pays for', () => {
    const attempts = [
      { ...attempt, model: 'big', error: 'BROKE_OFF', usage: { promptTokens: 5 } },
      { ...attempt, usage, isShared: true as const },
    ]
    const paid = [{ endpoint: 'main', model: 'big', usage: { promptTokens: 5 } }]
    assert.deepEqual(paidAttempts({ outcome: { ...outcome, attempts: [attempt] }, attempts }), paid)
  })

  it('have the tokens of the outcome where the one that answered tells none', () => {
    const attempts = [{ ...attempt, error: 'ABORTED' }, attempt]
    assert.deepEqual(
      paidAttempts({ outcome: { ...outcome, attempts } })?.map(one => one.usage),
      [undefined, usage],
    )
  })

  it('are one where the miner reports none, and null without an answer', () => {
    assert.deepEqual(paidAttempts({ outcome }), [{ endpoint: null, model: 'small-2026', usage }])
    assert.equal(paidAttempts({}), null)
  })

  it('count tokens as whole numbers only, whatever a plugin reports', () => {
    assert.deepEqual([3, undefined, -1, 0.5, Number.NaN, 1e300].map(wholeTokens), [3, 0, 0, 0, 0, 0])
  })
})
