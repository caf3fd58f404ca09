import assert from 'node:assert/strict'
import { outcomeOf } from '#dist/plugin/run/outcome-of.js'

const said = { model: 'm', finishReason: 'stop' }
const attempt = { endpoint: 'main', model: 'm', ms: 5 }

describe('outcomeOf', () => {
  it('keeps all that an outcome has', () => {
    const outcome = {
      ...said,
      usage: { promptTokens: 9, cachedTokens: 0, completionTokens: 2, reasoningTokens: 1 },
      attempts: [{ ...attempt, error: 'MODEL_BUSY' }, attempt],
    }
    assert.deepEqual(outcomeOf(outcome), outcome)
    assert.deepEqual(outcomeOf(said), said)
  })

  it('leaves out what it does not have', () => {
    assert.deepEqual(outcomeOf({ ...said, prompt: 'secret', usage: null, attempts: 3 }), said)
    const counts = { promptTokens: '9', cachedTokens: -1, completionTokens: Number.NaN, reasoningTokens: 1, other: 5 }
    assert.deepEqual(outcomeOf({ ...said, usage: counts }), { ...said, usage: { reasoningTokens: 1 } })
    const odd = [null, 'main', { ...attempt, ms: '5' }, { ...attempt, error: 5 }, { ...attempt, endpoint: null }]
    assert.deepEqual(outcomeOf({ ...said, attempts: [...odd, attempt] }), { ...said, attempts: [attempt] })
  })
})
