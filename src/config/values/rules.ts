import { escapeName } from '../../text/escape.js'
import type { Problem } from '../problem.js'
import { itemPath } from '../schema/names.js'
import type { Section } from '../schema/section.js'
import { settingHint } from './hint.js'
import type { ResolvedSetting } from './resolve-setting.js'

/** Checks what a section says of several settings at once, with the settings that are well. */
export function checkRules(section: Section, settled: readonly ResolvedSetting[]): readonly Problem[] {
  const well = settled.filter(({ problems }) => problems.length === 0)
  const values = Object.fromEntries(well.filter(hasValue).map(({ setting, value }) => [setting.key, value]))
  const wrong = new Set(settled.filter(one => !well.includes(one)).map(({ setting }) => setting.key))
  const broken = (section.rules?.(values) ?? []).filter(({ beside = [] }) => !beside.some(key => wrong.has(key)))
  return broken.map(({ setting: key, at = [], message: words, hint }) => {
    const { setting, origin } = settled.find(one => one.setting.key === key) ?? {}
    const path = at.reduce(itemPath, setting?.path ?? key)
    const message = `${escapeName(path)} ${words}`
    return {
      code: 'RULE_BROKEN',
      path,
      message,
      origin,
      hint: hint ?? (setting && settingHint(setting, { path, origin, message })),
    }
  })
}

/** A setting without value and default is left out, as it is in what the schema gives. */
export function hasValue({ value }: ResolvedSetting): boolean {
  return value !== undefined
}
