import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Section } from '#dist/config/schema/section.js'
import { complaints, problemsOf, typed } from '../reading.ts'

describe('validate', () => {
  it('says what is wrong with a value in each layer', async () => {
    const wrong = async (toml: string, variable: string) => [
      ...(await complaints({ toml: `[openai]\ntemperature = ${toml}` })),
      ...(await complaints({ env: { MINER_OPENAI_TEMPERATURE: variable } })),
      ...(await complaints({ flags: [typed('openai.temperature', '--temperature', variable)] })),
    ]
    assert.deepEqual(await wrong('"hot"', 'hot'), [
      'openai.temperature must be a number, not "hot" (config.toml: openai.temperature)',
      'openai.temperature must be a number, not "hot" (MINER_OPENAI_TEMPERATURE)',
      'openai.temperature must be a number, not "hot" (--temperature)',
    ])
    assert.deepEqual(await wrong('2.5', '2.5'), [
      'openai.temperature must be between 0 and 2, not 2.5 (config.toml: openai.temperature)',
      'openai.temperature must be between 0 and 2, not 2.5 (MINER_OPENAI_TEMPERATURE)',
      'openai.temperature must be between 0 and 2, not 2.5 (--temperature)',
    ])
  })

  it('shows an address that is not a URL, and the URL that it may be, unless it may be a secret', async () => {
    const settings = z.object({
      url: z.url({ protocol: /^https?$/ }).optional(),
      safe: z.url({ protocol: /^https$/ }).optional(),
      all: z.array(z.object({ url: z.url({ protocol: /^https?$/ }) })).optional(),
    })
    const sections: Section[] = [{ name: 'x', title: 'x', of: 'host', settings }]
    const found = async (env: Record<string, string>) => {
      const [{ message, hint } = assert.fail()] = await problemsOf({ sections, env })
      return [message.replace(/^x\.\S+ must be a URL/, ''), hint]
    }
    for (const [typed, url] of [
      ['localhost:8000/v1', 'http://localhost:8000/v1'],
      ['127.0.0.1', 'http://127.0.0.1'],
      ['[::1]:8000', 'http://[::1]:8000'],
      ['vllm:8000/v1', 'http://vllm:8000/v1'],
      ['api.example.com/v1', 'https://api.example.com/v1'],
      ['ftp://api.example.com/v1', 'https://api.example.com/v1'],
    ] as const)
      assert.deepEqual(await found({ MINER_X_URL: typed }), [`, not "${typed}"`, `write ${url}`])
    assert.deepEqual(await found({ MINER_X_ALL: '[{ "url": "localhost:8000" }]' }), [
      ', not "localhost:8000"',
      'write http://localhost:8000',
    ])
    const set = 'set --x-safe http://127.0.0.1:8000, MINER_X_SAFE or x.safe in the file'
    assert.deepEqual(await found({ MINER_X_SAFE: 'localhost:8000' }), [', not "localhost:8000"', set])
    for (const typed of [
      'sk-proj-0123',
      'me:s3cret',
      'me:s3cret@a.example',
      'a.example/v1?key=s3cret',
      'eyJh.eyJz.Sf1x',
    ])
      assert.deepEqual(await found({ MINER_X_SAFE: typed }), ['', set], typed)
  })

  it('words the issues of zod', async () => {
    const settings = z.object({
      name: z.string().min(2).max(3).default('abc'),
      even: z.int().multipleOf(2).default(2),
      share: z.number().gt(0).lt(1).default(0.5),
      word: z.string().min(1).default('a'),
      letter: z.string().max(1).default('a'),
      list: z.array(z.string()).min(2).default(['a', 'b']),
      slug: z
        .string()
        .regex(/^[a-z]+$/)
        .default('a'),
      level: z.literal([1, 2]).default(1),
      own: z
        .string()
        .refine(text => text !== 'no', { error: 'must be anything but no' })
        .default('yes'),
      dull: z
        .string()
        .refine(text => text !== 'no')
        .default('yes'),
      span: z.number().min(1000).nullable().default(null).meta({ unit: 'duration' }),
    })
    const sections: Section[] = [{ name: 'x', title: 'x', of: 'host', settings }]
    const env = {
      MINER_X_NAME: 'abcd',
      MINER_X_EVEN: '3',
      MINER_X_SHARE: '1',
      MINER_X_LETTER: 'ab',
      MINER_X_LIST: 'a',
      MINER_X_SLUG: 'A',
      MINER_X_LEVEL: '3',
      MINER_X_OWN: 'no',
      MINER_X_DULL: 'no',
      MINER_X_SPAN: '500ms',
    }
    assert.deepEqual(
      (await problemsOf({ sections, env, flags: [typed('x.word', '--x-word', '')] })).map(({ message }) => message),
      [
        'x.name must have at most 3 characters',
        'x.even must be a multiple of 2, not 3',
        'x.share must be above 0 and below 1, not 1',
        'x.word must not be empty',
        'x.letter must have at most 1 character',
        'x.list must have at least 2 items',
        'x.slug must be of the form /^[a-z]+$/, not "A"',
        'x.level must be one of 1, 2, not 3',
        'x.own must be anything but no',
        'x.dull is not valid',
        'x.span must be at least 1s, or none, not 500ms',
      ],
    )
  })

  it('suggests the closest choice', async () => {
    const [problem] = await problemsOf({ env: { MINER_OPENAI_API: 'chatt' } })
    assert.equal(problem?.message, 'openai.api must be one of chat, completions, not "chatt"')
    assert.equal(problem?.hint, 'use "chat"')
  })
})
