import { type ZodType, z } from 'zod'
import { ConfigError } from '../config-error.js'
import { metaProblem } from './check-meta.js'
import { type Described, deriveShape } from './derive-shape.js'
import { isForeignVariable, namesOf } from './names.js'
import type { KnownSection, Section } from './section.js'
import { isPlain, type Shape } from './shape.js'
import type { Spelling } from './spelling.js'

/** One setting with everything that is derived from its schema. */
export type Setting = {
  /** `shout.maxTokens` */
  readonly path: string
  /** the section's name, `shout`; empty at the top */
  readonly section: string
  /** `maxTokens` */
  readonly key: string
  readonly schema: ZodType
  readonly shape: Shape
  /** the author's description; may be empty */
  readonly help: string
  /** as stored (milliseconds, bytes); undefined when there is none */
  readonly default: unknown
  /** it has no default and cannot be left out */
  readonly required: boolean
  /** the flag that every command takes, without dashes (`shout-max-tokens`); undefined for tables */
  readonly flag: string | undefined
  /** the flag that `.meta()` gives a host's setting, `wallet-name`; a miner's flag comes from its key */
  readonly shortFlag: string | undefined
  /** the letter that `.meta()` gives a miner's setting: `m` */
  readonly letter: string | undefined
  /** `shout.max_tokens` and `shout.maxTokens` */
  readonly dottedFlags: readonly string[]
  /** `MINER_SHOUT_MAX_TOKENS` first, then those of other programs; the first that is set wins */
  readonly variables: readonly string[]
  /** `shout.maxTokens` and `shout.max_tokens` */
  readonly fileKeys: readonly string[]
  readonly spellings: readonly Spelling[]
}

/** What was derived from a section: a start asks for each some ten times, and zod takes milliseconds for it. */
const derived = new WeakMap<Section | KnownSection, readonly Setting[]>()

/**
 * Derives the settings of a section from its zod object, in the same order.
 *
 * @throws {ConfigError} CONFIG_SCHEMA when a name, a schema or a `.meta()` is unusable for a setting
 */
export function settingsOf(section: Section | KnownSection): readonly Setting[] {
  const known = derived.get(section)
  if (known) return known
  const settings = derive(section)
  derived.set(section, settings)
  return settings
}

function derive(section: Section | KnownSection): readonly Setting[] {
  const { name, settings } = section
  if (!settings) return []
  if (!/^([a-z][a-z0-9-]*)?$/.test(name))
    throw new ConfigError(
      'CONFIG_SCHEMA',
      `${name}: the name of a section has lower-case letters, digits and dashes only`,
    )
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
  return Object.entries(settings.shape).map(([key, schema]) => {
    if (!(schema instanceof z.ZodType)) throw new ConfigError('CONFIG_SCHEMA', `${name}.${key} is not a zod schema`)
    const setting = settingOf(name, key, schema, properties[key] as Described)
    const ofMiner = 'of' in section && section.of === 'miner'
    const old = ('spellings' in section && section.spellings?.[key]) || []
    const spellings = [...setting.spellings, ...old]
    return { ...setting, spellings, ...(ofMiner ? { shortFlag: undefined } : { letter: undefined }) }
  })
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

function settingOf(section: string, key: string, schema: ZodType, described: Described): Setting {
  const names = namesOf(section, key)
  const shape = deriveShape(described, names.path)
  if (!/^[a-z][a-zA-Z0-9]*$/.test(key))
    throw new ConfigError('CONFIG_SCHEMA', `${names.path}: the key of a setting is in camelCase`)
  if (isForeignVariable(names.variable))
    throw new ConfigError('CONFIG_SCHEMA', `${names.path}: ${names.variable} is read by another program`)
  const absent = schema.safeParse(undefined)
  return {
    path: names.path,
    section,
    key,
    schema,
    shape,
    help: described.description ?? '',
    default: absent.success ? absent.data : undefined,
    required: !absent.success,
    flag: isPlain(shape) ? names.flag : undefined,
    shortFlag: isPlain(shape) ? described.flag : undefined,
    letter: isPlain(shape) ? described.short : undefined,
    dottedFlags: names.dottedFlags,
    variables: [names.variable, ...(described.env ?? [])],
    fileKeys: names.fileKeys,
    spellings: described.spellings ?? [],
  }
}
