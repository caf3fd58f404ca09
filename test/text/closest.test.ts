import assert from 'node:assert/strict'
import { nearest, nearestBehind } from '#dist/text/closest.js'

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

  it('takes a single letter for no other', () => {
    assert.equal(nearest('a', ['n']), undefined)
  })

  it('does no work for a name too long to be one', () => {
    assert.equal(nearest('x'.repeat(10_000_000), ['x'.repeat(10_000_000)]), undefined)
  })
})

describe('nearestBehind', () => {
  it('compares only what follows the prefix', () => {
    const names = ['MINER_USE', 'MINER_OPENAI_N', 'MINER_OPENAI_TOP_P']
    assert.equal(nearestBehind('MINER_', 'MINER_FOO', names), undefined)
    assert.equal(nearestBehind('MINER_OPENAI_', 'MINER_OPENAI_A', names), undefined)
    assert.equal(nearestBehind('MINER_OPENAI_', 'MINER_OPENAI_TOPK', names), 'MINER_OPENAI_TOP_P')
  })
})
