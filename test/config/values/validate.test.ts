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
