import type { Configuration } from './configuration.js'
import type { Setting } from './setting.js'

/** The value of one setting; undefined when it has none. */
export function valueAt({ values }: Pick<Configuration, 'values'>, { section, key }: Setting): unknown {
  const table = section === '' ? values : (values[section] as Record<string, unknown>)
  return table[key]
}
