import type { Layer, RawValue } from '../layer.js'
import type { Origin } from '../origin.js'
import type { Problem } from '../problem.js'
import type { Setting } from '../schema/setting.js'
import { settingHint } from '../values/hint.js'
import { resolveAlias } from './alias.js'

/** One flag as it was typed. A list's flag may be repeated, and each may have several values. */
export type TypedFlag = {
  /** the setting's path, from the flag's description */
  readonly path: string
  /** with its dashes: `--max-tokens` */
  readonly flag: string
  /** its values; `['true']` for a switch */
  readonly texts: readonly string[]
}

/** Reads settings from flags. */
export function flagLayer(
  flags: readonly TypedFlag[],
  { settings, problems }: { settings: readonly Setting[]; problems: Problem[] },
): Layer {
  const layer = new Map<string, { raw: FlagRaw; origin: Origin }>()
  for (const { path, flag, texts } of flags) {
    const setting = settings.find(one => one.path === path)
    if (!setting) throw new Error(`${flag} is the flag of ${path}, which is not a setting of this command`)
    const origin = { from: 'flag', flag } as const
    const spelling = setting.spellings.find(one => `--${one.flag}` === flag)
    const resolved = spelling
      ? texts.map(text =>
          resolveAlias(spelling, text, problem => {
            const message = `${path} ${problem}`
            problems.push({ code: 'INVALID_VALUE', path, message, origin, hint: settingHint(setting, { message }) })
          }),
        )
      : texts
    const values = resolved.filter(text => text !== undefined)
    const before = layer.get(path)?.raw.texts ?? []
    if (spelling === undefined || values.length > 0)
      layer.set(path, { raw: { kind: 'flag', texts: [...before, ...values] }, origin })
  }
  return layer
}

type FlagRaw = Extract<RawValue, { kind: 'flag' }>
