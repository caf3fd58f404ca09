import type { Layer, RawValue } from '../layer.js'
import type { Origin } from '../origin.js'
import type { Problem } from '../problem.js'
import type { Setting } from '../schema/setting.js'
import { settingHint } from '../values/hint.js'
import { resolveAlias } from './alias.js'

/** One flag as it was typed. A list's flag may come often, and its values may stand in one or several of these. */
export type TypedFlag = {
  /** the setting, as the flag's description has it */
  readonly path: string
  /** with its dashes: `--max-tokens` */
  readonly flag: string
  /** the values behind it; `['true']` for a switch */
  readonly texts: readonly string[]
}

/** Finds settings among flags. */
export function flagLayer(
  flags: readonly TypedFlag[],
  { settings, problems }: { settings: readonly Setting[]; problems: Problem[] },
): Layer {
  const layer = new Map<string, { raw: FlagRaw; origin: Origin }>()
  for (const { path, flag, texts } of flags) {
    const setting = settings.find(one => one.path === path)
    if (!setting) throw new Error(`${flag} is the flag of ${path}, which is no setting of this command`)
    const origin = { from: 'flag', flag } as const
    const spelling = setting.spellings.find(one => `--${one.flag}` === flag)
    const said = spelling
      ? texts.map(text =>
          resolveAlias(spelling, text, words => {
            const message = `${path} ${words}`
            problems.push({ code: 'INVALID_VALUE', path, message, origin, hint: settingHint(setting, { message }) })
          }),
        )
      : texts
    const heard = said.filter(text => text !== undefined)
    const before = layer.get(path)?.raw.texts ?? []
    if (spelling === undefined || heard.length > 0)
      layer.set(path, { raw: { kind: 'flag', texts: [...before, ...heard] }, origin })
  }
  return layer
}

type FlagRaw = Extract<RawValue, { kind: 'flag' }>
