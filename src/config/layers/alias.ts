import { quote } from '../../text/escape.js'
import type { Alias } from '../schema/setting-meta.js'
import { parseBoolean } from '../values/convert.js'

/**
 * Translates an alias's value to the setting's.
 *
 * @param report receives a message that continues a sentence about the setting
 * @returns undefined for a switch that is off, and for an invalid value
 */
export function resolveAlias({ value }: Alias, given: unknown, report: (message: string) => void): string | undefined {
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
