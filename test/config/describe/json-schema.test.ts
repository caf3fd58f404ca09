import assert from 'node:assert/strict'
import { configurationSchema } from '#dist/config/describe/json-schema.js'
import { axon, chain, openai, policy, top } from '../example-sections.ts'

describe('configurationSchema', () => {
  it('describes what the file may hold', () => {
    const schema = configurationSchema([top, policy], [openai, { name: 'shout' }])
    const allow = { type: 'array', items: { type: 'string' }, default: [] }
    const minStake = { type: 'number', minimum: 0, default: 0 }
    assert.deepEqual(schema, {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      properties: {
        openai: { type: 'object' },
        shout: { type: 'object' },
        use: { type: 'string', description: 'who answers', default: 'openai' },
        netuid: { type: 'integer', minimum: 0, maximum: 65_535, description: 'the subnet', default: 1 },
        policy: {
          title: 'who may ask',
          type: 'object',
          additionalProperties: false,
          properties: { allow, minStake, min_stake: minStake },
        },
      },
    })
  })

  it('knows units, none, choices, unions, tables and URLs', () => {
    const text = JSON.stringify(configurationSchema([openai, axon, chain], []))
    for (const part of [
      '"max_timeout":{"type":["number","string"],"minimum":0,"default":"1m"}',
      '"anyOf":[{"type":"integer","exclusiveMinimum":0},{"const":"none"}],"description":"longest answer","default":100',
      '"api":{"type":"string","enum":["chat","completions"]',
      '"network":{"type":"string","examples":["finney","test","none"]',
      '"tag":{"type":"string","enum":["new","old","none"]}',
      '"items":{"type":"object","properties":{"url":{"type":"string","format":"uri"},"apiKey":{"type":"string"},"api_key"',
      '"headers":{"type":"object","additionalProperties":{"type":"string"}',
      '"extra":{"type":"object","additionalProperties":{},"description":"more fields"}',
      '"legacyNonces":{"type":"boolean","default":false}',
    ])
      assert.ok(text.includes(part), part)
  })
})
