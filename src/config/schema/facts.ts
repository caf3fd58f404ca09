import type { ZodObject } from 'zod'
import * as z from 'zod'
import { ConfigError } from '../config-error.js'
import { metaProblem } from './check-meta.js'
import type { Described } from './derive-shape.js'

/** What zod knows of a section, by the keys of its settings: plain data, so that the build can write it down. */
export type SectionFacts = Readonly<Record<string, SettingFacts>>

/** What zod knows of a setting. */
export type SettingFacts = {
  readonly described: Described
  /** left out when the setting has no default */
  readonly default?: unknown
  readonly required: boolean
}

/**
 * Returns what zod knows of the settings of a section.
 *
 * @throws {ConfigError} CONFIG_SCHEMA when a schema or a `.meta()` is unusable for a setting
 */
export function factsOf({ name, settings }: { readonly name: string; readonly settings: ZodObject }): SectionFacts {
  if (settings.def.checks?.length)
    throw new ConfigError(
      'CONFIG_SCHEMA',
      `${name || 'the top'}: a check of all settings at once belongs in the rules of the section`,
    )
  const { properties = {} } = z.toJSONSchema(settings, {
    io: 'input',
    unrepresentable: 'any',
    metadata: metaWithoutId,
    // A printed value must read as the same again, but JSON Schema shows a transform's input only; `catch` hides mistakes.
    override: ({ zodSchema, jsonSchema, path }) => {
      const problem = metaProblem(z.globalRegistry.get(zodSchema) ?? {})
      if (problem !== undefined) throw new ConfigError('CONFIG_SCHEMA', `${pathOf(name, path)}: ${problem}`)
      const { type } = zodSchema._zod.def
      if (type === 'unknown') jsonSchema.free = true
      if (type === 'pipe' || type === 'transform' || type === 'catch') jsonSchema.unsupported = type
    },
  })
  const facts = Object.entries(settings.shape).map(([key, schema]): [string, SettingFacts] => {
    if (!(schema instanceof z.ZodType)) throw new ConfigError('CONFIG_SCHEMA', `${name}.${key} is not a zod schema`)
    const described = properties[key] as Described
    const absent = schema.safeParse(undefined)
    return [key, { described, required: !absent.success, ...(absent.success && { default: absent.data }) }]
  })
  return Object.fromEntries(facts)
}

/** Hides `id`: zod would move a schema that has one to `$defs`, and leave only a reference in its place. */
const metaWithoutId = z.registry<z.GlobalMeta>()
metaWithoutId.get = schema => {
  const { id: _id, ...meta } = z.globalRegistry.get(schema) ?? {}
  return meta as z.GlobalMeta
}

/** Writes zod's path in a JSON Schema as {@link deriveShape} does: `properties`, `list`, `items` make `shout.list[]`. */
function pathOf(section: string, path: readonly (string | number)[]): string {
  let text = section
  for (let i = 0; i < path.length; i++) {
    if (path[i] === 'properties') text += `${text && '.'}${path[++i]}`
    else if (path[i] === 'items') text += '[]'
    else if (path[i] === 'additionalProperties') text += '.*'
  }
  return text || 'the top'
}
