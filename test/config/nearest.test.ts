import assert from 'node:assert/strict'
import { nearest } from '#dist/config/nearest.js'

describe('nearest', () => {
  it('gives the name that was most likely meant', () => {
    const names = ['temperature', 'topP', 'maxTokens', 'n']
    assert.equal(nearest('temprature', names), 'temperature')
    assert.equal(nearest('max-token', names), 'maxTokens')
    assert.equal(nearest('MAX_TOKENS', names), 'maxTokens')
    assert.equal(nearest('top_k', names), 'topP')
    assert.equal(nearest('modle', ['model', 'n']), 'model')
  })

  it('gives none that is far from it', () => {
    assert.equal(nearest('zebra', ['temperature', 'topP']), undefined)
    assert.equal(nearest('anything', []), undefined)
  })

  it('does no work for a name too long to be one', () => {
    assert.equal(nearest('x'.repeat(10_000_000), ['x'.repeat(10_000_000)]), undefined)
  })
})
