import assert from 'node:assert/strict'
import { z } from 'zod'
import { endpointsOf } from '#dist/miners/openai/settings/endpoints.js'
import { openaiSettings } from '#dist/miners/openai/settings/settings.js'

const endpoints = (values: object) => endpointsOf(openaiSettings(z).parse(values), 'openai')
const local = 'http://127.0.0.1:8000/v1'

describe('the endpoints of a configuration', () => {
  it('are the plain settings when none is named', () => {
    const [only, ...others] = endpoints({ apiKey: 'sk-1', model: 'gpt-4o' })
    assert.deepEqual(others, [])
    assert.equal(only.name, 'api.openai.com')
    assert.equal(only.weight, null)
    assert.equal(only.table, null)
    assert.deepEqual(only.keys, ['sk-1'])
    assert.equal(only.config.model, 'gpt-4o')
  })

  it('stand in the order of the list, with their names and weights', () => {
    const named = endpoints({ endpoints: [{ name: 'a', weight: 2 }, { name: 'b', weight: 1 }, { baseUrl: local }] })
    assert.deepEqual(
      named.map(({ name, weight }) => [name, weight]),
      [
        ['a', 2],
        ['b', 1],
        ['127.0.0.1:8000', null],
      ],
    )
  })

  it('have the plain settings, overridden by their own', () => {
    const plain = { model: 'gpt-4o-mini', temperature: 0.7, systemPrompt: 'Brief.', extra: { top_k: 1 } }
    const own = { model: 'llama', temperature: null, idleTimeout: 500, extra: { min_p: 2 } }
    const [{ config }] = endpoints({ ...plain, endpoints: [own] })
    assert.equal(config.model, 'llama')
    assert.equal(config.temperature, null)
    assert.equal(config.systemPrompt, 'Brief.')
    assert.equal(config.idleTimeout, 500)
    assert.equal(config.connectTimeout, 3_000)
    assert.deepEqual(config.extra, { min_p: 2 })
  })

  const payer = { apiKey: 'sk-plain', organization: 'org-plain', project: 'proj-plain' }

  it('do not inherit key, organization and project when they have their own address', () => {
    const [, other] = endpoints({ ...payer, endpoints: [{ name: 'main' }, { baseUrl: local }] })
    assert.deepEqual(other!.keys, [null])
    assert.deepEqual(
      Object.keys(other!.config).filter(name => name in payer),
      [],
    )
    assert.doesNotMatch(JSON.stringify(other), /plain/)
  })

  it('inherit them at the plain address, even if that is not OpenAI', () => {
    const [one] = endpoints({ ...payer, baseUrl: local, endpoints: [{ name: 'main' }] })
    assert.equal(one.at.baseUrl, local)
    assert.deepEqual(one.keys, ['sk-plain'])
    assert.deepEqual([one.config.organization, one.config.project], ['org-plain', 'proj-plain'])
  })

  it('use their own keys instead of the plain one, each once', () => {
    const [several, single, remote] = endpoints({
      ...payer,
      endpoints: [
        { name: 'several', apiKeys: ['sk-1', 'sk-2', 'sk-1'] },
        { name: 'single', apiKey: 'sk-3' },
        { baseUrl: local, apiKey: 'sk-4', organization: 'org-4' },
      ],
    })
    assert.deepEqual(several.keys, ['sk-1', 'sk-2'])
    assert.deepEqual(single!.keys, ['sk-3'])
    assert.deepEqual(remote!.keys, ['sk-4'])
    assert.equal(remote!.config.organization, 'org-4')
  })
})
