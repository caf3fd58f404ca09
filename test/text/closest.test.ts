import assert from 'node:assert/strict'
import { closest, closestAfter } from '#dist/text/closest.js'

describe('closest', () => {
  it('returns the name that was most likely meant', () => {
    const names = ['temperature', 'topP', 'maxTokens', 'n']
    assert.equal(closest('temprature', names), 'temperature')
    assert.equal(closest('max-token', names), 'maxTokens')
    assert.equal(closest('MAX_TOKENS', names), 'maxTokens')
    assert.equal(closest('top_k', names), 'topP')
    assert.equal(closest('modle', ['model', 'n']), 'model')
  })

  it('returns undefined when every name differs too much', () => {
    assert.equal(closest('zebra', ['temperature', 'topP']), undefined)
    assert.equal(closest('anything', []), undefined)
  })

  it('takes two letters that differ for another word, unless they are swapped or the word is long', () => {
    assert.equal(closest('key', ['deny']), undefined)
    assert.equal(closest('key', ['api-key']), undefined)
    assert.equal(closest('dney', ['deny']), 'deny')
    assert.equal(closest('ues', ['use']), 'use')
    assert.equal(closest('tempratur', ['temperature']), 'temperature')
  })

  it('matches a single letter only with itself', () => {
    assert.equal(closest('a', ['n']), undefined)
  })

  it('returns at once for a name that is too long', () => {
    assert.equal(closest('x'.repeat(10_000_000), ['x'.repeat(10_000_000)]), undefined)
  })
})

describe('closestAfter', () => {
  it('compares only what follows the prefix', () => {
    const names = ['MINER_USE', 'MINER_OPENAI_N', 'MINER_OPENAI_TOP_P']
    assert.equal(closestAfter('MINER_', 'MINER_FOO', names), undefined)
    assert.equal(closestAfter('MINER_OPENAI_', 'MINER_OPENAI_A', names), undefined)
    assert.equal(closestAfter('MINER_OPENAI_', 'MINER_OPENAI_TOPK', names), 'MINER_OPENAI_TOP_P')
  })
})
