import type { Origin } from '../origin.js'
import type { Setting } from '../schema/setting.js'
import { isPlain } from '../schema/shape.js'
import { allowed } from './expected.js'

/**
 * Says where to write a setting, as a hint: `set --port, MINER_AXON_PORT or axon.port in the file`. Where it came from,
 * it is called as it was there. An item of a table is named in what it came from: `set [1].url in the
 * JSON of MINER_SHOUT_ENDPOINTS`.
 *
 * @param path the setting's, or that of an item in it
 * @param message what the reader knows already; values that it does not name follow: `to between 0 and 65535`
 */
export function settingHint(
  setting: Setting,
  { path = setting.path, origin, message }: { path?: string; origin?: Origin | undefined; message: string },
): string {
  const inside = path.slice(setting.path.length)
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
  const values = allowed(setting.shape)
  const to = values === undefined || message.includes(values) ? '' : ` to ${values}`
  return `set ${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}${to}`
}
