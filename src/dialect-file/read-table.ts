import type { ZodObject, z } from 'zod'
import type { OnProblem } from '../config/layer.js'
import { itemPath } from '../config/schema/names.js'
import { settingsOf } from '../config/schema/setting.js'
import { convert, type Table } from '../config/values/convert.js'
import { validate } from '../config/values/validate.js'
import { closest } from '../text/closest.js'

/**
 * Reads a table of a file key by key, by the rules of the configuration: both spellings of a key, units, unknown and
 * missing keys. A key's description is the hint of its problems.
 *
 * @param at the table's own path; empty at the top level
 * @returns the valid values; problems of all others are reported
 */
export function readTable<Shape extends ZodObject>(
  shape: Shape,
  table: Table,
  at: string,
  report: OnProblem,
): Partial<z.output<Shape>> {
  const settings = settingsOf({ name: '', settings: shape })
  const keys = settings.flatMap(({ fileKeys }) => fileKeys)
  const pathOf = (key: string) => (at === '' ? itemPath('', key).replace(/^\./, '') : itemPath(at, key))
  for (const key of Object.keys(table)) {
    const meant = closest(key, keys)
    const hint = meant ? `use ${meant}` : `the keys are: ${settings.map(one => one.key).join(', ')}`
    if (!keys.includes(key)) report(pathOf(key), 'is not a key', hint)
  }

  const values: Record<string, unknown> = {}
  for (const setting of settings) {
    const [key = setting.key, twice] = setting.fileKeys.filter(name => Object.hasOwn(table, name))
    const path = pathOf(key)
    const problems = new Set<string>()
    const reportOnce: OnProblem = (where, words, hint) => {
      // A value with a reported problem is now absent, so skip the report that it is missing.
      if (!problems.has(where)) report(where, words, hint ?? setting.help)
      problems.add(where)
    }
    if (twice) reportOnce(pathOf(twice), 'is given more than once', `keep one of ${key} and ${twice}`)
    const raw = table[key]
    const value =
      raw === undefined ? undefined : convert(setting.shape, { kind: 'value', value: raw }, path, reportOnce)
    const valid = validate({ ...setting, path }, value, reportOnce)
    if (problems.size === 0 && valid !== undefined) values[setting.key] = valid
  }
  return values as Partial<z.output<Shape>>
}
