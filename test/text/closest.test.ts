import assert from 'node:assert/strict'
import { closest, closestAfter } from '#dist/text/closest.js'

describe('nearest', () => {
  it('gives the name that was most likely meant', () => {
    const names = ['temperature', 'topP', 'maxTokens', 'n']
    assert.equal(closest('temprature', names), 'temperature')
    assert.equal(closest('max-token', names), 'maxTokens')
    assert.equal(closest('MAX_TOKENS', names), 'maxTokens')
    assert.equal(closest('top_k', names), 'topP')
    assert.equal(closest('modle', ['model', 'n']), 'model')
  })

  it('gives none that is far from it', () => {
    assert.equal(closest('zebra', ['temperature', 'topP']), undefined)
    assert.equal(closest('anything', []), undefined)
  })

  it('takes a single letter for no other', () => {
    assert.equal(closest('a', ['n']), undefined)
  })

  it('does no work for a name too long to be one', () => {
    assert.equal(closest('x'.repeat(10_000_000), ['x'.repeat(10_000_000)]), undefined)
  })
})

describe('nearestBehind', () => {
  it('compares only what follows the prefix', () => {
    const names = ['MINER_USE', 'MINER_OPENAI_N', 'MINER_OPENAI_TOP_P']
    assert.equal(closestAfter('MINER_', 'MINER_FOO', names), undefined)
    assert.equal(closestAfter('MINER_OPENAI_', 'MINER_OPENAI_A', names), undefined)
    assert.equal(closestAfter('MINER_OPENAI_', 'MINER_OPENAI_TOPK', names), 'MINER_OPENAI_TOP_P')
  })
})
