import type { ZodObject, ZodType } from 'zod'
import * as z from 'zod'
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

/** What the build derived from the zod objects of built-in settings, so that a start need not. */
const built = new WeakMap<Section | KnownSection | ZodObject, SectionFacts>()

/** What zod knows of a section, by the keys of its settings: plain data, so that the build can write it to a file. */
export type SectionFacts = Readonly<Record<string, SettingFacts>>

type SettingFacts = {
  readonly described: Described
  /** absent when there is none */
  readonly default?: unknown
  readonly required: boolean
}

/**
 * Takes the facts of built-in settings from the build. They must be those that {@link factsOf} returns.
 *
 * @param of a section, or its zod object
 */
export function takeFacts(of: Section | ZodObject, facts: SectionFacts): void {
  built.set(of, facts)
}

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
  const { name } = section
  const facts = built.get(section) ?? factsOfOther(section)
  if (!/^([a-z][a-z0-9-]*)?$/.test(name))
    throw new ConfigError(
      'CONFIG_SCHEMA',
      `${name}: the name of a section has lower-case letters, digits and dashes only`,
    )
  return Object.entries(facts).map(([key, one]) => settingOf(section, key, one))
}

function factsOfOther({ name, settings }: Section | KnownSection): SectionFacts {
  return settings ? (built.get(settings) ?? factsOf({ name, settings })) : {}
}

/**
 * Returns what zod knows of the settings of a section.
 *
 * @throws {ConfigError} CONFIG_SCHEMA when a schema or a `.meta()` is unusable for a setting
 */
export function factsOf({ name, settings }: Required<Pick<KnownSection, 'name' | 'settings'>>): SectionFacts {
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

function settingOf(section: Section | KnownSection, key: string, { described, ...facts }: SettingFacts): Setting {
  const names = namesOf(section.name, key)
  const shape = deriveShape(described, names.path)
  if (!/^[a-z][a-zA-Z0-9]*$/.test(key))
    throw new ConfigError('CONFIG_SCHEMA', `${names.path}: the key of a setting is in camelCase`)
  if (isForeignVariable(names.variable))
    throw new ConfigError('CONFIG_SCHEMA', `${names.path}: ${names.variable} is read by another program`)
  const isOfMiner = 'of' in section && section.of === 'miner'
  return {
    path: names.path,
    section: section.name,
    key,
    // When it is asked for: a value is checked where one is given.
    get schema() {
      return section.settings!.shape[key] as ZodType
    },
    shape,
    help: described.description ?? '',
    default: facts.default,
    required: facts.required,
    flag: isPlain(shape) ? names.flag : undefined,
    shortFlag: isPlain(shape) && !isOfMiner ? described.flag : undefined,
    letter: isPlain(shape) && isOfMiner ? described.short : undefined,
    dottedFlags: names.dottedFlags,
    variables: [names.variable, ...(described.env ?? [])],
    fileKeys: names.fileKeys,
    spellings: [...(described.spellings ?? []), ...(section.spellings?.[key] ?? [])],
  }
}
