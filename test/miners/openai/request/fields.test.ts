import assert from 'node:assert/strict'
import { tokenLimitField } from '#dist/miners/openai/request/fields.js'

describe('the field that bounds the length of an answer', () => {
  for (const model of [
    'gpt-3.5-turbo',
    'gpt-4',
    'gpt-4-turbo',
    'gpt-4o-mini',
    'gpt-4.1-nano',
    'chatgpt-4o-latest',
    'ft:gpt-4o-mini-2024-07-18:acme::abc',
  ])
    it(`is max_tokens for ${model} at OpenAI`, () => {
      assert.equal(tokenLimitField(model, { isOpenAI: true }), 'max_tokens')
    })

  for (const model of [
    'o1',
    'o1-mini',
    'o3-pro',
    'o4-mini',
    'ft:o4-mini:acme::abc',
    'gpt-5',
    'gpt-5.1-mini',
    'gpt-6',
    'gpt-40',
  ])
    it(`is max_completion_tokens for ${model} at OpenAI`, () => {
      assert.equal(tokenLimitField(model, { isOpenAI: true }), 'max_completion_tokens')
    })

  it('is max_tokens everywhere else', () => {
    for (const model of ['o3', 'gpt-5', 'llama'])
      assert.equal(tokenLimitField(model, { isOpenAI: false }), 'max_tokens')
  })
})
