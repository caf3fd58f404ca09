import { type ZodType, z } from 'zod'
import { closest } from '../../text/closest.js'
import type { Alias, SettingMeta } from './setting-meta.js'

const text = z.string({ error: 'must be text' })
const letter = z.string({ error: 'must be one letter' }).regex(/^[a-zA-Z]$/, { error: 'must be one letter' })
const names = z.array(text, { error: 'must be a list of names' })

const aliasKeys = {
  flag: text.optional(),
  env: text.optional(),
  key: text.optional(),
  value: z.union([text, z.record(z.string(), text)], { error: 'must be text, or a table of texts' }).optional(),
} satisfies Record<keyof Alias, ZodType>

const ownKeys = {
  flag: text.optional(),
  short: letter.optional(),
  env: names.optional(),
  secret: z.boolean({ error: 'must be true or false' }).optional(),
  unit: z.enum(['duration', 'size'], { error: 'must be "duration" or "size"' }).optional(),
  spellings: z.array(z.strictObject(aliasKeys), { error: 'must be a list of tables' }).optional(),
} satisfies Record<keyof SettingMeta, ZodType>

/** The keys that zod itself defines; `.describe()` sets one of them, too. */
const zodKeys = ['id', 'title', 'description', 'deprecated', 'examples']

const metaShape = z.strictObject({
  ...Object.fromEntries(zodKeys.map(key => [key, z.unknown().optional()])),
  ...ownKeys,
})

/**
 * Returns what is wrong with a schema's `.meta({ … })`; undefined when it is valid. An unknown key has no effect, so a
 * misspelt `secret` would print the secret.
 */
export function metaProblem(meta: object): string | undefined {
  const issue = metaShape.safeParse(meta).error?.issues[0]
  if (!issue) return undefined
  const at = issue.path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  const inMeta = `.meta()${at}`
  if (issue.code !== 'unrecognized_keys') return `${inMeta} ${issue.message}`
  const [key = ''] = issue.keys
  const known = issue.path.length === 0 ? Object.keys(metaShape.shape) : Object.keys(aliasKeys)
  const meant = closest(key, known)
  return `${inMeta} has no key ${JSON.stringify(key)}; use ${meant ?? `one of ${known.join(', ')}`}`
}
