import { escapeName } from '../../text/escape.js'
import type { Origin } from '../origin.js'
import type { Problem } from '../problem.js'
import { itemPath } from '../schema/names.js'
import type { Section } from '../schema/section.js'
import { settingHint } from './hint.js'
import type { ResolvedSetting } from './resolve-setting.js'

/**
 * Checks a section's rules between settings, with those settings that are valid.
 *
 * @param placeOf where a setting without an origin could have been set, for the hint
 */
export function checkRules(
  section: Section,
  resolved: readonly ResolvedSetting[],
  placeOf: (path: string) => Origin | undefined = () => undefined,
): readonly Problem[] {
  const valid = resolved.filter(({ problems }) => problems.length === 0)
  const values = Object.fromEntries(valid.filter(hasValue).map(({ setting, value }) => [setting.key, value]))
  const invalid = new Set(resolved.filter(one => !valid.includes(one)).map(({ setting }) => setting.key))
  const broken = (section.rules?.(values) ?? []).filter(
    // To a rule, an invalid setting looks missing.
    ({ setting, beside = [] }) => ![setting, ...beside].some(key => invalid.has(key)),
  )
  return broken.map(({ setting: key, at = [], message: problem, hint }) => {
    const { setting, origin } = resolved.find(one => one.setting.key === key) ?? {}
    const path = at.reduce(itemPath, setting?.path ?? key)
    const message = `${escapeName(path)} ${problem}`
    return {
      code: 'RULE_BROKEN',
      path,
      message,
      origin,
      hint: hint ?? (setting && settingHint(setting, { path, origin: placeOf(setting.path) ?? origin, message })),
    }
  })
}

/** Returns whether a setting has a value or a default; one without is absent from the values, as in zod's output. */
export function hasValue({ value }: ResolvedSetting): boolean {
  return value !== undefined
}
