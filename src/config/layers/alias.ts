import { quote } from '../../text/escape.js'
import type { Spelling } from '../schema/spelling.js'
import { parseBoolean } from '../values/convert.js'

/**
 * Translates an alias's value to the setting's; an alias without values of its own takes the setting's.
 *
 * @param report receives a message that continues a sentence about the setting
 * @param givenAs returns what another old name has in the same layer
 * @returns undefined for a switch that is off, for an invalid value, and where another name tells the value
 */
export function resolveAlias<Given>(
  { value }: Spelling,
  given: Given,
  report: (message: string) => void,
  givenAs: (name: string) => string | undefined = () => undefined,
): Given | string | undefined {
  if (value === undefined) return given
  const text = String(given)
  if (typeof value === 'function') return value(text, { given: givenAs, report })
  if (typeof value === 'string') {
    const isOn = parseBoolean(text)
    if (isOn === undefined) report(`must be true or false here, not ${quote(text)}`)
    return isOn ? value : undefined
  }
  if (Object.hasOwn(value, text)) return value[text]
  report(`must be one of ${Object.keys(value).join(', ')} here, not ${quote(text)}`)
  return undefined
}

/** Returns what an old name that has a value implies about other settings: values by their paths. */
export function impliedBy({ implies = {} }: Spelling, given: unknown): Readonly<Record<string, string>> {
  const computed = Object.entries(implies).map(([path, compute]) => [path, compute(String(given))] as const)
  return Object.fromEntries(computed.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/**
 * Returns whether an old name is a switch beside another one that is on and stands before it: `--logging.debug` with
 * `--logging.trace`.
 */
export function isOutranked(spelling: Spelling, all: readonly Spelling[], isOn: (other: Spelling) => boolean): boolean {
  const isSwitch = ({ value }: Spelling) => typeof value === 'string'
  return isSwitch(spelling) && all.slice(0, all.indexOf(spelling)).some(other => isSwitch(other) && isOn(other))
}

/** Returns whether an old name has the value of its setting unchanged, and implies nothing else. */
export function isRenaming({ value, implies }: Spelling): boolean {
  return value === undefined && implies === undefined
}
