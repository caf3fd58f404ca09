import type { ZodObject, z } from 'zod'
import type { Origin } from './origin.js'
import type { Problem } from './problem.js'
import type { Section } from './schema/section.js'
import type { Setting } from './schema/setting.js'

/**
 * All layers merged: validated, complete with defaults. It holds secrets; print it with `configurationToml` and
 * `configurationJson` only.
 */
export type Configuration = {
  readonly settings: readonly Setting[]
  /** by section, with the keys at the top beside them: `{ use: 'shout', shout: { maxTokens: 100 } }` */
  readonly values: Readonly<Record<string, unknown>>
  /** by path; a setting without value and default is absent */
  readonly origins: ReadonlyMap<string, Origin>
  /** texts that must not appear in a log: secrets, and passwords and queries of URLs */
  readonly secretValues: readonly string[]
  readonly warnings: readonly Problem[]
  /** of a tolerant load: why settings have their default, and which rules between them are broken */
  readonly problems?: readonly Problem[]
}

/** Returns the values of a section, typed by it. The configuration must have been loaded with this section. */
export function valuesOf<Settings extends ZodObject>(
  { values }: Configuration,
  { name }: Section<Settings>,
): z.output<Settings> {
  return (name === '' ? values : values[name]) as z.output<Settings>
}

/** Returns the configuration with a default for a key at the top, for defaults that depend on other settings. */
export function withDefault(configuration: Configuration, key: string, value: unknown): Configuration {
  if (configuration.values[key] !== undefined) return configuration
  return {
    ...configuration,
    values: { ...configuration.values, [key]: value },
    origins: new Map([...configuration.origins, [key, { from: 'default' }]]),
  }
}

/** Returns the value of a setting; undefined when it has none. */
export function valueAt({ values }: Pick<Configuration, 'values'>, { section, key }: Setting): unknown {
  const table = section === '' ? values : (values[section] as Record<string, unknown>)
  return table[key]
}
