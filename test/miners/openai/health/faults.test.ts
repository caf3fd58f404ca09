import assert from 'node:assert/strict'
import { faultOf, mostSpecific } from '#dist/miners/openai/health/faults.js'
import { failure } from '../scripted.ts'

describe('the table of faults', () => {
  it('blames the endpoint for unknown codes', () => {
    assert.equal(faultOf(failure('VAULT_CLOSED')), 'endpoint')
    assert.equal(faultOf(failure('toString')), 'endpoint')
  })

  it('ranks by specificity: question, rate, key, endpoint; of equal ones the last', () => {
    const codes = ['MODEL_FAILED', 'MODEL_KEY_REFUSED', 'MODEL_RATE_LIMITED', 'MODEL_TOO_LONG', 'MODEL_TLS']
    const errors = codes.map(code => failure(code))
    assert.equal(mostSpecific(errors)?.code, 'MODEL_TOO_LONG')
    assert.equal(mostSpecific(errors.filter(({ code }) => code !== 'MODEL_TOO_LONG'))?.code, 'MODEL_RATE_LIMITED')
    assert.equal(mostSpecific(errors.slice(0, 2))?.code, 'MODEL_KEY_REFUSED')
    assert.equal(mostSpecific([errors[0]!, errors[4]!])?.code, 'MODEL_TLS')
    assert.equal(mostSpecific([]), undefined)
  })
})
