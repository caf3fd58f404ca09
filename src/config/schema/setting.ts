import type { ZodType } from 'zod'
import { ConfigError } from '../config-error.js'
import { deriveShape } from './derive-shape.js'
import { factsOf, type SettingFacts } from './facts.js'
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
  /** the flag that every command takes, without dashes (`shout-max-tokens`); undefined for tables, and for a setting that has none */
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
  const { name } = section
  if (!/^([a-z][a-z0-9-]*)?$/.test(name))
    throw new ConfigError(
      'CONFIG_SCHEMA',
      `${name}: the name of a section has lower-case letters, digits and dashes only`,
    )
  const facts = section.facts ?? (section.settings ? factsOf({ name, settings: section.settings }) : {})
  return Object.entries(facts).map(([key, one]) => settingOf(section, key, one))
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
    flag: isPlain(shape) && described.flag !== false ? names.flag : undefined,
    shortFlag: isPlain(shape) && !isOfMiner ? described.flag || undefined : undefined,
    letter: isPlain(shape) && isOfMiner ? described.short : undefined,
    dottedFlags: names.dottedFlags,
    variables: [names.variable, ...(described.env ?? [])],
    fileKeys: names.fileKeys,
    spellings: [...(described.spellings ?? []), ...(section.spellings?.[key] ?? [])],
  }
}
