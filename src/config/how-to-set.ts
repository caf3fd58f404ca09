import { allowed } from './expected.js'
import type { Origin } from './origin.js'
import type { Setting } from './setting.js'

/**
 * Says where to write a setting, as a hint: `set --port, MINER_AXON_PORT or axon.port in the file`. Where it came from,
 * it is called as it was there.
 *
 * @param message what the reader knows already; values that it does not name follow: `to between 0 and 65535`
 */
export function howToSet(
  setting: Setting,
  { origin, message }: { origin?: Origin | undefined; message: string },
): string {
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
