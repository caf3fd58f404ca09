import type { ZodObject, z } from 'zod'
import type { OnProblem } from '../config/layer.js'
import { itemPath } from '../config/schema/names.js'
import { settingsOf } from '../config/schema/setting.js'
import { convert, type Table } from '../config/values/convert.js'
import { validate } from '../config/values/validate.js'
import { closest } from '../text/closest.js'

/**
 * Reads a table of a file key by key, as the configuration is read: both spellings, units, what is unknown and what is
 * missing. The description of a key is the hint of what is wrong with it.
 *
 * @param at the table's own path; empty for the top
 * @returns what is well; the rest was reported
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
    const hint = meant ? `use ${meant}` : `there are: ${settings.map(one => one.key).join(', ')}`
    if (!keys.includes(key)) report(pathOf(key), 'is not a key', hint)
  }

  const values: Record<string, unknown> = {}
  for (const setting of settings) {
    const [key = setting.key, twice] = setting.fileKeys.filter(name => Object.hasOwn(table, name))
    const path = pathOf(key)
    const problems = new Set<string>()
    const reportOnce: OnProblem = (where, words, hint) => {
      // What was complained of is absent by now, which is no news.
      if (!problems.has(where)) report(where, words, hint ?? setting.help)
      problems.add(where)
    }
    if (twice) reportOnce(pathOf(twice), 'is given more than once', `leave one of ${key} and ${twice}`)
    const raw = table[key]
    const value =
      raw === undefined ? undefined : convert(setting.shape, { kind: 'value', value: raw }, path, reportOnce)
    const valid = validate({ ...setting, path }, value, reportOnce)
    if (problems.size === 0 && valid !== undefined) values[setting.key] = valid
  }
  return values as Partial<z.output<Shape>>
}
