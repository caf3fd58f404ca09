import type { ZodObject, z } from 'zod'
import type { SectionFacts } from './facts.js'
import type { GoneName } from './gone-name.js'
import { once } from './once.js'
import type { Spelling } from './spelling.js'

/**
 * The settings of one capability. Flags, variables, file keys, defaults, ranges, help, validation and the TypeScript type
 * are all derived from `settings`; {@link SettingMeta} adds what zod cannot express.
 *
 * The author's message of a check (`z.url({ error: … })`, `.refine(…)`) continues a sentence that begins
 * with the setting's path: `must begin with https://`.
 */
export type Section<Settings extends ZodObject = ZodObject> = {
  /** the table in the file and the prefix of every name, such as `axon`; empty for keys at the top */
  readonly name: string
  /** the heading of its group in help and documentation */
  readonly title: string
  /** a miner's flags have no prefix (`--max-tokens`) unless the host uses the name */
  readonly of: 'host' | 'miner'
  readonly settings: Settings
  /** what zod knows of `settings`, where the build has derived it */
  readonly facts?: SectionFacts | undefined
  /** old names of its settings by their keys, beside those of `.meta()`; in a file, YAML only may have them */
  readonly spellings?: Readonly<Record<string, readonly Spelling[]>>
  /** old names that no setting has taken over */
  readonly gone?: readonly GoneName[]
  /**
   * Returns the broken rules between settings. It runs even when settings are invalid; those are absent from `values`, so
   * a rule checks valid ones only. A refinement of the zod object would run only when all settings are valid, and is
   * refused.
   */
  rules?(values: Partial<z.output<Settings>>): readonly Broken<Settings>[]
}

/** A broken rule. */
type Broken<Settings extends ZodObject = ZodObject> = {
  readonly setting: keyof z.output<Settings> & string
  /** the item of a list or table that breaks it: `[1, 'suffix']` */
  readonly at?: readonly (string | number)[]
  /** other settings involved; while one of them is invalid itself, this is not reported */
  readonly beside?: readonly (keyof z.output<Settings> & string)[]
  /** continues a sentence that begins with the setting's path: `needs api to be completions` */
  readonly message: string
  readonly hint?: string
}

/** Sections by a name in the program, with what makes their zod objects. */
type Definitions = Readonly<Record<string, Omit<Section, 'settings' | 'facts'> & { settings(): ZodObject }>>

type Sections<Given extends Definitions> = {
  readonly [Name in keyof Given]: Omit<Given[Name], 'settings'> & {
    readonly settings: ReturnType<Given[Name]['settings']>
    readonly facts: SectionFacts | undefined
  }
}

/**
 * Makes sections whose zod objects are made when they are first asked for: making all of them takes a fifth of a start, and a
 * command reads a few.
 */
export function lazySections<const Given extends Definitions>(
  definitions: Given,
  facts: Readonly<Record<string, SectionFacts>> | undefined,
): Sections<Given> {
  const sections = Object.entries(definitions).map(([name, { settings, ...section }]) => {
    const lazy = { ...section, facts: facts?.[name] }
    return [name, Object.defineProperty(lazy, 'settings', { enumerable: true, get: once(settings) })]
  })
  return Object.fromEntries(sections)
}

/** A section that file and environment may hold, but that is not read; without `settings` when only its name is known. */
export type KnownSection = Pick<Section, 'name' | 'spellings' | 'gone' | 'facts'> & { readonly settings?: ZodObject }
