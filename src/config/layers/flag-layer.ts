import type { Layer, LayerValue, RawValue } from '../layer.js'
import type { Problem } from '../problem.js'
import type { Setting } from '../schema/setting.js'
import type { Spelling } from '../schema/spelling.js'
import { settingHint } from '../values/hint.js'
import { impliedBy, isOutranked, resolveAlias } from './alias.js'

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
  const layer = new Map<string, { raw: FlagRaw } & LayerValue>()
  const givenAs = (name: string) => flags.find(({ flag }) => flag === `--${name}`)?.texts[0]
  const isTyped = (spelling: Spelling) => flags.some(({ flag }) => flag === `--${spelling.flag}`)
  for (const { path, flag, texts } of flags) {
    const setting = settings.find(one => one.path === path)
    if (!setting) throw new Error(`${flag} is the flag of ${path}, which is not a setting of this command`)
    const origin = { from: 'flag', flag } as const
    const spelling = setting.spellings.find(one => `--${one.flag}` === flag)
    if (spelling && isOutranked(spelling, setting.spellings, isTyped)) continue
    const resolved = spelling
      ? texts.map(text => {
          const report = (problem: string) => {
            const message = `${path} ${problem}`
            problems.push({ code: 'INVALID_VALUE', path, message, origin, hint: settingHint(setting, { message }) })
          }
          return resolveAlias(spelling, text, report, givenAs)
        })
      : texts
    const values = resolved.filter(text => text !== undefined)
    const before = layer.get(path)
    // The values of a list are those of all its flags.
    const all = before?.origin.from === 'flag' ? { ...origin, flag: `${before.origin.flag}, ${flag}` } : origin
    const implies = spelling && { implies: impliedBy(spelling, texts[0]) }
    if (spelling === undefined || values.length > 0)
      layer.set(path, {
        raw: { kind: 'flag', texts: [...(before?.raw.texts ?? []), ...values] },
        origin: all,
        ...implies,
      })
  }
  return layer
}

type FlagRaw = Extract<RawValue, { kind: 'flag' }>
