import assert from 'node:assert/strict'
import { isRelatedName, isSameName } from '#dist/miners/openai/call/model-names.js'

describe('names of models', () => {
  const same = [
    ['llama3', 'llama3:latest'],
    ['gemini-2.0-flash', 'models/gemini-2.0-flash'],
    ['Qwen2.5-7B', 'qwen2.5-7b'],
  ] as const
  const related = [
    ...same,
    ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
    ['mistral-small-latest', 'mistral-small-2503'],
    ['openai/gpt-4o', 'gpt-4o'],
    ['meta-llama/llama-3-8b:free', 'meta-llama/llama-3-8b'],
    ['claude-3-5-sonnet', 'claude-3-5-sonnet@20240620'],
    ['llama-3-8b', '/models/Llama-3-8B.gguf'],
    ['qwen2.5-7b-instruct', 'C:\\models\\qwen2.5-7b-instruct-Q4_K_M.gguf'],
  ] as const
  const others = [
    ['gpt-3.5-turbo', 'recite'],
    ['llama3:8b', 'llama3:70b'],
    ['gpt-4', 'gpt-4o'],
    ['', 'recite'],
  ] as const

  it('are the same but for case, Ollama’s tag and Gemini’s prefix', () => {
    for (const [one, other] of same) assert.ok(isSameName(one, other) && isSameName(other, one), `${one} ${other}`)
    for (const [one, other] of [...related.slice(same.length), ...others]) assert.ok(!isSameName(one, other))
  })

  it('are related when one is a longer form of the other', () => {
    for (const [one, other] of related)
      assert.ok(isRelatedName(one, other) && isRelatedName(other, one), `${one} ${other}`)
    for (const [one, other] of others) assert.ok(!isRelatedName(one, other), `${one} ${other}`)
  })
})
