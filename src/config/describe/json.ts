import { type Configuration, valueAt } from '../configuration.js'
import type { Origin } from '../origin.js'
import { redact } from '../redact.js'

/**
 * Returns a configuration as JSON that is safe to print: the values in tables as in the file, with secrets as `***` and
 * durations and sizes with their unit, and the origin of each value by path.
 */
export function configurationJson(configuration: Configuration): {
  values: Readonly<Record<string, unknown>>
  origins: Readonly<Record<string, Origin>>
} {
  const values: Record<string, unknown> = {}
  for (const setting of configuration.settings) {
    const { section, key } = setting
    const value = redact(setting, valueAt(configuration, setting))
    if (value === undefined) continue
    const table = section === '' ? values : Object.hasOwn(values, section) ? values[section] : {}
    Object.assign(values, section === '' ? { [key]: value } : { [section]: { ...(table as object), [key]: value } })
  }
  return { values, origins: Object.fromEntries(configuration.origins) }
}
