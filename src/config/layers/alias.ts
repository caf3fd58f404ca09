import { quote } from '../../text/escape.js'
import type { Alias } from '../schema/setting-meta.js'
import { parseBoolean } from '../values/convert.js'

/**
 * Says in the setting's own words what was said by another spelling.
 *
 * @param complain takes words that continue a sentence about the setting
 * @returns undefined for a switch that is off, and after a complaint
 */
export function resolveAlias({ value }: Alias, said: unknown, complain: (words: string) => void): string | undefined {
  const text = String(said)
  if (typeof value === 'string') {
    const isOn = parseBoolean(text)
    if (isOn === undefined) complain(`is switched here by true or false, not ${quote(text)}`)
    return isOn ? value : undefined
  }
  if (Object.hasOwn(value, text)) return value[text]
  complain(`is given here as one of ${Object.keys(value).join(', ')}, not ${quote(text)}`)
  return undefined
}
