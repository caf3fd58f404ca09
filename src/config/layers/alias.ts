import { quote } from '../../text/escape.js'
import type { Alias } from '../schema/setting-meta.js'
import { parseBoolean } from '../values/convert.js'

/**
 * Translates an alias's value to the setting's; an alias without values of its own takes the setting's.
 *
 * @param report receives a message that continues a sentence about the setting
 * @returns undefined for a switch that is off, and for an invalid value
 */
export function resolveAlias<Given>(
  { value }: Alias,
  given: Given,
  report: (message: string) => void,
): Given | string | undefined {
  if (value === undefined) return given
  const text = String(given)
  if (typeof value === 'string') {
    const isOn = parseBoolean(text)
    if (isOn === undefined) report(`must be true or false here, not ${quote(text)}`)
    return isOn ? value : undefined
  }
  if (Object.hasOwn(value, text)) return value[text]
  report(`must be one of ${Object.keys(value).join(', ')} here, not ${quote(text)}`)
  return undefined
}
