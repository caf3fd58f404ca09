import type { ZodObject, z } from 'zod'

/**
 * The settings of one capability, said once. Flags, variables, file keys, defaults, ranges, help, validation and the
 * TypeScript type all come from `settings`; see {@link SettingMeta} for what zod itself cannot say.
 *
 * A message that an author gives to a check (`z.url({ error: … })`, `.refine(…)`) continues a sentence that begins
 * with the setting's path: `must begin with https://`.
 */
export type Section<Settings extends ZodObject = ZodObject> = {
  /** the table in the file and the prefix of every name, such as `axon`; empty for keys at the top */
  readonly name: string
  /** heads its group in help and documentation */
  readonly title: string
  /** a miner's flags are plain (`--max-tokens`) unless the host owns the name */
  readonly of: 'host' | 'miner'
  readonly settings: Settings
  /**
   * Rules between settings. They run even when other settings have problems: one that has is absent from `values`, so a
   * rule complains only of what it sees. They stand here and not in a refinement of the zod object, which would run
   * only when all else is well, and is refused.
   */
  rules?(values: Partial<z.output<Settings>>): readonly Broken<Settings>[]
}

/** A broken rule. */
type Broken<Settings extends ZodObject = ZodObject> = {
  readonly setting: keyof z.output<Settings> & string
  /** the item of a list or table it is about: `[1, 'suffix']` */
  readonly at?: readonly (string | number)[]
  /** other settings that it is about: while one of them is wrong itself, nothing is said */
  readonly beside?: readonly (keyof z.output<Settings> & string)[]
  /** continues a sentence that begins with the setting's path: `needs --api completions` */
  readonly message: string
  readonly hint?: string
}

/** A section that may stand in file and environment but is not read; without `settings` when only its name is known. */
export type KnownSection = { readonly name: string; readonly settings?: ZodObject }
