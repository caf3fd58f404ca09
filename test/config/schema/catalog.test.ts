import assert from 'node:assert/strict'
import { z } from 'zod'
import { catalogOf } from '#dist/config/schema/catalog.js'
import type { Section } from '#dist/config/schema/section.js'
import { axon, openai } from '../example-sections.ts'

const section = (name: string, key: string): Section => {
  return {
    name,
    title: name,
    of: 'miner',
    settings: z.object({
      [key]: z
        .string()
        .optional()
        .meta({ env: ['SHARED'] }),
    }),
  }
}
const wrong = { code: 'CONFIG_SCHEMA' }

describe('catalogOf', () => {
  it('refuses two settings of one name, of one variable, and a key that is also a table', () => {
    assert.throws(() => catalogOf([section('a', 'b'), section('a', 'b')], []), { ...wrong, message: /name a\.b/ })
    assert.throws(() => catalogOf([section('a-b', 'c'), section('a', 'bC')], []), { ...wrong, message: /MINER_A_B_C/ })
    assert.throws(() => catalogOf([section('', 'log'), section('log', 'level')], []), { ...wrong, message: /name log/ })
  })

  it('lets settings share a borrowed variable', () => {
    catalogOf([section('a', 'key'), section('b', 'key')], [])
  })

  it('reads a section that is also among the known ones', () => {
    const { tables, unread } = catalogOf([openai], [openai, axon])
    assert.ok(tables.has('openai') && !unread.has('openai') && unread.has('axon'))
  })
})
