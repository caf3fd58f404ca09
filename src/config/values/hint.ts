import type { Origin } from '../origin.js'
import type { Setting } from '../schema/setting.js'
import { isPlain, type Shape } from '../schema/shape.js'
import { allowed } from './expected.js'

/**
 * Returns the hint where to set a setting: `set --port, MINER_AXON_PORT or axon.port in the file`. The flag or variable
 * that the value came from keeps its spelling. An item of a table is named within its origin: `set [1].url in the JSON of
 * MINER_SHOUT_ENDPOINTS`. A program that embeds this one has `settings` only.
 *
 * @param path of the setting, or of an item in it
 * @param message what the reader has read already; allowed values that it lacks are appended: `to between 0 and 65535`. The
 *   only value is appended in any case.
 */
export function settingHint(
  setting: Setting,
  { path = setting.path, origin, message }: { path?: string; origin?: Origin | undefined; message: string },
): string {
  const inside = path.slice(setting.path.length)
  if (origin?.from === 'program') return `set settings.${path}${valuesHint(setting, message)}`
  if (inside !== '' && !isPlain(setting.shape))
    return origin?.from === 'environment'
      ? `set ${inside.replace(/^\./, '')} in the JSON of ${origin.variable}`
      : `set ${path} in the file`
  const flag = setting.shortFlag ?? setting.flag
  const ways = [
    origin?.from === 'flag' ? origin.flag : flag && `--${flag}`,
    origin?.from === 'environment' ? origin.variable : setting.variables[0],
    `${setting.path} in the file`,
  ].filter(way => way !== undefined)
  return `set ${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}${valuesHint(setting, message)}`
}

function valuesHint({ shape }: Setting, message: string): string {
  const values = allowed(shape)
  return values === undefined || (message.includes(values) && !isSingle(shape)) ? '' : ` to ${values}`
}

function isSingle(shape: Shape): boolean {
  return (shape.kind === 'text' || shape.kind === 'number') && shape.choices.length === 1
}
