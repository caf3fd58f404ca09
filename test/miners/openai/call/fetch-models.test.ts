import assert from 'node:assert/strict'
import { fetchModels } from '#dist/miners/openai/call/fetch-models.js'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { endpointsOf } from '#dist/miners/openai/settings/endpoints.js'
import { openaiSettings } from '#dist/miners/openai/settings/settings.js'
import { sdk } from '#dist/plugin/sdk.js'
import { startModelServer } from '../../../support/model-server.ts'

describe('fetchModels', () => {
  it('ends in time at a server that never replies, or never ends its list', async () => {
    for (const start of ['', '{"data":[']) {
      await using model = await startModelServer(response => {
        if (start === '') return
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write(start)
      })
      const [endpoint] = endpointsOf(openaiSettings(sdk.z).parse({ baseUrl: model.url }))
      const at = { baseUrl: model.url, apiKey: null, organization: null, project: null }
      const { signal } = new AbortController()
      await assert.rejects(fetchModels(await openaiClient(at), endpoint, { signal, ms: 100 }), {
        code: 'MODEL_TIMEOUT',
        message: /did not list its models within 0\.1 s$/,
      })
      assert.deepEqual(await model.requests[0]!.over, { left: true })
    }
  })
})
