import type { ZodType } from 'zod'
import * as z from 'zod'
import { closest } from '../../text/closest.js'
import { once } from './once.js'
import type { Alias, SettingMeta } from './setting-meta.js'

/** The keys that zod itself defines; `.describe()` sets one of them, too. */
const zodKeys = ['id', 'title', 'description', 'deprecated', 'examples']

/** Made when the first schema is checked, which a command of built-in settings does not. */
const shapes = once(() => {
  const text = z.string({ error: 'must be text' })
  const letter = z.string({ error: 'must be one letter' }).regex(/^[a-zA-Z]$/, { error: 'must be one letter' })
  const alias = {
    flag: text.optional(),
    env: text.optional(),
    key: text.optional(),
    value: z.union([text, z.record(z.string(), text)], { error: 'must be text, or a table of texts' }).optional(),
  } satisfies Record<keyof Alias, ZodType>
  const own = {
    flag: z.union([text, z.literal(false)], { error: 'must be text, or false' }).optional(),
    short: letter.optional(),
    env: z.array(text, { error: 'must be a list of names' }).optional(),
    secret: z.boolean({ error: 'must be true or false' }).optional(),
    unit: z.enum(['duration', 'size'], { error: 'must be "duration" or "size"' }).optional(),
    spellings: z.array(z.strictObject(alias), { error: 'must be a list of tables' }).optional(),
  } satisfies Record<keyof SettingMeta, ZodType>
  const ofZod = Object.fromEntries(zodKeys.map(key => [key, z.unknown().optional()]))
  return { meta: z.strictObject({ ...ofZod, ...own }), alias }
})

/**
 * Returns what is wrong with a schema's `.meta({ … })`; undefined when it is valid. An unknown key has no effect, so a
 * misspelt `secret` would print the secret.
 */
export function metaProblem(meta: object): string | undefined {
  const shape = shapes()
  const issue = shape.meta.safeParse(meta).error?.issues[0]
  if (!issue) return undefined
  const at = issue.path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  const inMeta = `.meta()${at}`
  if (issue.code !== 'unrecognized_keys') return `${inMeta} ${issue.message}`
  const [key = ''] = issue.keys
  const known = issue.path.length === 0 ? Object.keys(shape.meta.shape) : Object.keys(shape.alias)
  const meant = closest(key, known)
  return `${inMeta} has no key ${JSON.stringify(key)}; use ${meant ?? `one of ${known.join(', ')}`}`
}
