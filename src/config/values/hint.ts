import type { Origin } from '../origin.js'
import type { Setting } from '../schema/setting.js'
import { isPlain, type Shape } from '../schema/shape.js'
import { allowed, flagExample } from './expected.js'

/**
 * Returns the hint where to set a setting: `set --port 8091, MINER_AXON_PORT or axon.port in the file`. The flag has an
 * example value, unless the allowed ones are told. The flag or variable that the value came from keeps its spelling, unless
 * that takes other values. An item of a table is named within its origin: `set [1].url in the JSON of MINER_SHOUT_ENDPOINTS`.
 * A program that embeds this one has `settings` only.
 *
 * @param path of the setting, or of an item in it
 * @param message what the reader has read already; allowed values that it lacks are appended: `to between 0 and 65535`. The
 *   only value is appended in any case.
 */
export function settingHint(
  setting: Setting,
  { path = setting.path, origin, message }: { path?: string; origin?: Origin | undefined; message: string },
): string {
  const typed = origin?.from === 'flag' && takesSame(setting, origin.flag) ? origin.flag : undefined
  const variable = origin && 'variable' in origin && takesSame(setting, origin.variable) ? origin.variable : undefined
  const inside = path.slice(setting.path.length)
  const values = allowed(setting.shape)
  const isTold = values === undefined || (message.includes(values) && !isSingle(setting.shape))
  const to = isTold ? '' : ` to ${values}`
  if (origin?.from === 'program') return `set settings.${path}${to}`
  if (inside !== '' && !isPlain(setting.shape))
    return variable !== undefined
      ? `set ${inside.replace(/^\./, '')} in the JSON of ${variable}`
      : `set ${path} in the file`
  const flag = typed ?? flagOf(setting)
  const ways = [
    flag && (isTold ? flagExample(setting, flag) : flag),
    variable ?? setting.variables[0],
    `${setting.path} in the file`,
  ].filter(way => way !== undefined)
  return `set ${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}${to}`
}

/** Returns the flag that every command takes which reads the setting, with its dashes; undefined for tables. */
export function flagOf({ shortFlag, flag }: Setting): string | undefined {
  const name = shortFlag ?? flag
  return name && `--${name}`
}

function isSingle(shape: Shape): boolean {
  return (shape.kind === 'text' || shape.kind === 'number') && shape.choices.length === 1
}

/** Returns whether a flag or a variable has the values of the setting: an old name may have others. */
function takesSame({ spellings }: Setting, name: string): boolean {
  return !spellings.some(({ flag, env, value }) => value !== undefined && (`--${flag}` === name || env === name))
}
