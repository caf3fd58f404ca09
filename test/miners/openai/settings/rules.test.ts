import assert from 'node:assert/strict'
import { z } from 'zod'
import { openaiRules } from '#dist/miners/openai/settings/rules.js'
import { openaiSettings } from '#dist/miners/openai/settings/settings.js'

const broken = (values: object) =>
  openaiRules(openaiSettings(z).parse(values), 'openai').map(({ setting, at = [], message }) =>
    [setting, ...at, message].join(' '),
  )

describe('the rules between the settings of the openai miner', () => {
  const cases: [string, object, string[]][] = [
    ['a suffix without completions', { suffix: 'x' }, ['suffix needs api to be completions']],
    ['a suffix with completions', { suffix: 'x', api: 'completions' }, []],
    ['a suffix that one endpoint can use', { suffix: 'x', endpoints: [{}, { name: 'base', api: 'completions' }] }, []],
    [
      'a suffix that no endpoint can use',
      { suffix: 'x', api: 'completions', endpoints: [{ api: 'chat' }] },
      ['suffix needs api to be completions'],
    ],
    [
      "an endpoint's own suffix without completions",
      { endpoints: [{ suffix: 'x' }] },
      ['endpoints 0 suffix needs api to be completions'],
    ],
    [
      'an effort of reasoning with completions',
      { api: 'completions', reasoningEffort: 'low' },
      ['reasoningEffort needs api to be chat'],
    ],
    [
      'extra fields that are not free',
      { extra: { messages: [], prompt: 'x', stream: true, top_k: 5, stream_options: { include_usage: true } } },
      ['messages', 'prompt', 'stream'].map(name => `extra must not have the field ${name}`),
    ],
    [
      'extra fields that have a setting',
      { extra: { model: 'x', n: 2, max_tokens: 5, temperature: 1 } },
      ['model', 'n', 'max_tokens', 'temperature'].map(name => `extra must not have the field ${name}`),
    ],
    [
      'extra fields that have got a setting since',
      { extra: { seed: 7, stop: ['x'], min_p: 0.1, top_k: 5 }, endpoints: [{}, { name: 'b', extra: { top_k: 3 } }] },
      [],
    ],
    [
      'an extra field beside its setting',
      { extra: { seed: 0, stop: 'x', min_p: 0, top_k: 5 }, seed: 0, stop: ['y'], minP: 0, topK: 1 },
      ['top_k', 'min_p', 'seed', 'stop'].map(
        (field, at) => `extra has the field ${field}, and ${['--top-k', '--min-p', '--seed', '--stop'][at]} is set too`,
      ),
    ],
    ['an extra field beside a setting that sends nothing', { extra: { seed: 1, stop: 'x' }, seed: null, stop: [] }, []],
    [
      "an endpoint's extra field beside its setting",
      { endpoints: [{ extra: { top_k: 5 }, topK: 1 }] },
      ['endpoints 0 extra has the field top_k, and topK is set too'],
    ],
    [
      "an endpoint's extra field beside a plain setting",
      { topK: 1, endpoints: [{ extra: { top_k: 5 } }] },
      ['endpoints 0 extra has the field top_k, and --top-k is set too'],
    ],
    [
      "an endpoint's setting beside a plain extra field",
      { extra: { top_k: 5 }, endpoints: [{}, { name: 'b', topK: 1 }, { name: 'c', topK: 1, extra: {} }] },
      ['endpoints 1 topK is also set as top_k in openai.extra'],
    ],
    [
      'extra fields of an endpoint that are not free',
      { endpoints: [{}, { name: 'b', extra: { stream: false } }] },
      ['endpoints 1 extra must not have the field stream'],
    ],
    [
      'a key among extra fields',
      { extra: { api_key: 'sk-1' } },
      ['extra must not have the field api_key: it would be printed'],
    ],
    ['extra fields that only look like it', { extra: { stop_token: 'x', cache_key: 'y' } }, []],
    [
      'one key and several of one endpoint',
      { endpoints: [{ apiKey: 'sk-1', apiKeys: ['sk-2'] }] },
      ['endpoints 0 apiKey cannot be combined with apiKeys'],
    ],
    ['the same name twice', { endpoints: [{ name: 'a' }, { name: 'a' }] }, ['endpoints 1 has the name a, like [0]']],
    [
      'two endpoints without a name at one host',
      { baseUrl: 'http://127.0.0.1:8000/v1', endpoints: [{}, { baseUrl: 'http://127.0.0.1:8000/v2' }] },
      ['endpoints 1 has the name 127.0.0.1:8000, like [0]'],
    ],
    ['a hedge with one endpoint', { hedge: 800 }, ['hedge needs a second endpoint or key']],
    [
      'a hedge with one listed endpoint and one key',
      { hedge: 800, endpoints: [{ apiKeys: ['sk-1', 'sk-1'] }] },
      ['hedge needs a second endpoint or key'],
    ],
    ['a hedge with two keys', { hedge: 800, endpoints: [{ apiKeys: ['sk-1', 'sk-2'] }] }, []],
    ['a hedge with two endpoints', { hedge: 59_999, endpoints: [{}, { name: 'b' }] }, []],
    [
      'a hedge whose unit was forgotten',
      { hedge: 800_000, endpoints: [{}, { name: 'b' }] },
      ['hedge is 800 s, which is longer than almost any question stays open'],
    ],
    ['endpoints that differ', { endpoints: [{}, { baseUrl: 'http://127.0.0.1:8000/v1' }] }, []],
  ]
  for (const [title, values, expected] of cases)
    it(`report for ${title}: ${expected.join('; ') || 'nothing'}`, () => assert.deepEqual(broken(values), expected))

  it('name the setting to use instead of an extra field, by its path', () => {
    const extra = { max_tokens: 5 }
    const hints = openaiRules(openaiSettings(z).parse({ extra, endpoints: [{}, { name: 'b', extra }] }), 'openai').map(
      ({ hint }) => hint,
    )
    assert.deepEqual(hints, ['set --max-tokens', 'set openai.endpoints[1].maxTokens'])
  })

  it('ignore settings that are invalid themselves', () => {
    assert.deepEqual(openaiRules({ suffix: 'x', reasoningEffort: 'low' }, 'openai'), [])
  })
})
