import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import { answered, startModelServer } from '../../../support/model-server.ts'
import { ask, build, refusal } from '../../ask.ts'

const openai = (settings: object) => build(openaiMiner(openaiClient), settings)

describe('the client of the openai package', () => {
  const environment = {
    OPENAI_API_KEY: 'sk-leak',
    OPENAI_ADMIN_KEY: 'sk-leak',
    OPENAI_ORG_ID: 'org-leak',
    OPENAI_PROJECT_ID: 'proj-leak',
    OPENAI_WEBHOOK_SECRET: 'leak',
    OPENAI_BASE_URL: 'http://127.0.0.1:9/leak',
    OPENAI_CUSTOM_HEADERS: 'x-leak: leak\nauthorization: Bearer leak\nuser-agent: leak',
    OPENAI_LOG: 'debug',
  }
  beforeEach(() => void Object.assign(process.env, environment))
  afterEach(() => {
    for (const name of Object.keys(environment)) delete process.env[name]
  })

  it('ignores the environment, and sends no key when there is none', async () => {
    await using model = await startModelServer()
    await ask(await openai({ baseUrl: model.url }))
    const { headers } = model.requests[0]!
    assert.equal(headers.authorization, undefined)
    assert.equal(headers['openai-organization'], undefined)
    assert.equal(headers['openai-project'], undefined)
    assert.doesNotMatch(JSON.stringify(headers), /leak/)
    assert.match(headers['user-agent']!, /^OpenAI\/JS /)
  })

  it('sends the key, the organization and the project it is given', async () => {
    await using model = await startModelServer()
    await ask(await openai({ baseUrl: model.url, apiKey: 'sk-1', organization: 'org-1', project: 'proj-1' }))
    const { headers } = model.requests[0]!
    assert.equal(headers.authorization, 'Bearer sk-1')
    assert.equal(headers['openai-organization'], 'org-1')
    assert.equal(headers['openai-project'], 'proj-1')
  })

  it('calls OpenAI when no base URL is given', async () => {
    const client = await openaiClient({ baseUrl: null, apiKey: 'sk-1', organization: null, project: null })
    assert.equal(client.baseURL, 'https://api.openai.com/v1')
    assert.deepEqual(
      [client.adminAPIKey, client.webhookSecret, client.organization, client.project],
      Array(4).fill(null),
    )
  })

  for (const baseUrl of ['https://api.openai.com/v1', 'https://eu.api.openai.com/v1'])
    it(`is not made for ${baseUrl} without a key`, async () => {
      assert.equal((await refusal(ask(await openai({ baseUrl })))).code, 'MODEL_KEY_MISSING')
    })

  it('prints nothing, whatever happens', async () => {
    await using good = await startModelServer()
    await using bad = await startModelServer(answered(500, { error: { message: 'no' } }))
    const printed = await run(`
      import { openaiClient } from '#dist/miners/openai/http/client.js'
      for (const baseUrl of ['${good.url}', '${bad.url}']) {
        const client = await openaiClient({ baseUrl, apiKey: 'sk-1', organization: null, project: null })
        await client.chat.completions.create({ model: 'm', messages: [], stream: true }).catch(() => {})
      }`)
    assert.deepEqual(printed, { stdout: '', stderr: '' })
    assert.equal(good.requests.length + bad.requests.length, 2)
  })

  it('is loaded only with the first question', async () => {
    const { stdout } = await run(`
      import { registerHooks } from 'node:module'
      registerHooks({
        resolve(specifier, context, next) {
          if (/^openai\\b/.test(specifier)) console.log('loads', specifier)
          return next(specifier, context)
        },
      })
      const { openaiClient } = await import('#dist/miners/openai/http/client.js')
      const { openaiMiner } = await import('#dist/miners/openai/plugin.js')
      const { z } = await import('zod')
      const miner = openaiMiner(openaiClient)({ z })
      await miner.create({ config: miner.settings.parse({ apiKey: 'sk-1' }), section: 'openai' })
      console.log('quiet so far')
      await openaiClient({ baseUrl: null, apiKey: 'sk-1', organization: null, project: null })`)
    assert.equal(stdout, 'quiet so far\nloads openai\n')
  })
})

/** Runs a module in a process of its own, with the environment of this one. */
function run(script: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
}
