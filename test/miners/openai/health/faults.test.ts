import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { faultOf, faultOfCode, mostSpecific } from '#dist/miners/openai/health/faults.js'
import { failure } from '../scripted.ts'

const src = new URL('../../../../src/miners/openai/', import.meta.url)

describe('the table of faults', () => {
  it('has every code of this folder', () => {
    const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts') && file !== 'health/faults.ts')
      .map(file => readFileSync(new URL(file, src), 'utf8'))
      .join('\n')
    const used = new Set(code.match(/(?<=')MODEL_[A-Z_]+(?=')/g))
    assert.deepEqual(
      [...used].filter(name => !faultOfCode.has(name)),
      [],
    )
    assert.ok(used.size > 15)
  })

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
