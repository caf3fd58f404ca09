import assert from 'node:assert/strict'
import { configurationJson } from '#dist/config/describe/json.js'
import { axon, openai, top } from '../example-sections.ts'
import { read } from '../reading.ts'

describe('configurationJson', () => {
  it('returns values as in the file and origins by path', async () => {
    const env = { OPENAI_API_KEY: 'sk-verysecret', MINER_OPENAI_MAX_TOKENS: 'none', MINER_AXON_MAX_TIMEOUT: '90' }
    const { values, origins } = configurationJson(await read({ sections: [top, openai, axon], env }))
    assert.deepEqual(values, {
      use: 'openai',
      netuid: 1,
      openai: {
        model: 'gpt-3.5-turbo',
        maxTokens: null,
        temperature: 0.4,
        api: 'chat',
        apiKey: '***',
        endpoints: [],
        headers: {},
      },
      axon: { port: 8091, maxTimeout: '90s', maxBody: '1MiB', legacyNonces: false },
    })
    assert.deepEqual(origins['openai.apiKey'], { from: 'environment', variable: 'OPENAI_API_KEY' })
    assert.deepEqual(origins.use, { from: 'default' })
    assert.equal(Object.hasOwn(origins, 'openai.suffix'), false)
  })
})
