import type { ZodObject, z } from 'zod'
import type { Origin } from './origin.js'
import type { Problem } from './problem.js'
import type { Section } from './schema/section.js'
import type { Setting } from './schema/setting.js'

/** All layers as one: validated, complete with defaults. It holds secrets; print it by `toToml` and `toJson` only. */
export type Configuration = {
  readonly settings: readonly Setting[]
  /** by section, the top's own keys beside them: `{ use: 'shout', shout: { maxTokens: 100 } }` */
  readonly values: Readonly<Record<string, unknown>>
  /** by path; a setting without value and default is absent */
  readonly origins: ReadonlyMap<string, Origin>
  /** what must not appear in a log: secrets, and passwords and queries in URLs */
  readonly secretValues: readonly string[]
  readonly warnings: readonly Problem[]
}

/** The values of one section, typed by it. They are those of the sections that the configuration was read for. */
export function valuesOf<Settings extends ZodObject>(
  { values }: Configuration,
  { name }: Section<Settings>,
): z.output<Settings> {
  return (name === '' ? values : values[name]) as z.output<Settings>
}

/** The same, with a default of a key at the top that depends on other settings. */
export function withDefault(configuration: Configuration, key: string, value: unknown): Configuration {
  if (configuration.values[key] !== undefined) return configuration
  return {
    ...configuration,
    values: { ...configuration.values, [key]: value },
    origins: new Map([...configuration.origins, [key, { from: 'default' }]]),
  }
}

/** The value of one setting; undefined when it has none. */
export function valueAt({ values }: Pick<Configuration, 'values'>, { section, key }: Setting): unknown {
  const table = section === '' ? values : (values[section] as Record<string, unknown>)
  return table[key]
}
