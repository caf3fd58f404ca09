import { howToSet } from './how-to-set.js'
import { itemPath } from './item-path.js'
import type { Problem } from './problem.js'
import { escapeName } from './quote.js'
import type { Section } from './section.js'
import type { Settled } from './settle.js'

/**
 * Checks what a section says of several settings at once: its rules, with the settings that are well; and, when all
 * are, the refinements of its zod object.
 */
export function brokenRules(section: Section, settled: readonly Settled[]): readonly Problem[] {
  const well = settled.filter(({ problems }) => problems.length === 0)
  const values = Object.fromEntries(well.filter(hasValue).map(({ setting, value }) => [setting.key, value]))
  const rules = section.rules?.(values) ?? []
  const broken = rules.map(({ setting, message, hint }) => problem([setting], message, hint))

  // What is not known yet cannot be wrong.
  const isComplete = well.length === settled.length && !settled.some(({ isOpen }) => isOpen)
  const { error } = isComplete ? section.settings.safeParse(values, { error: () => 'is not valid' }) : {}
  return [...broken, ...(error?.issues ?? []).map(({ path, message }) => problem(path, message))]

  function problem(keys: readonly PropertyKey[], words: string, hint?: string): Problem {
    const path = keys.reduce<string>(itemPath, section.name).replace(/^\./, '') || section.title
    const { setting, origin } = settled.find(one => one.setting.key === keys[0]) ?? {}
    const message = `${escapeName(path)} ${words}`
    return {
      code: 'RULE_BROKEN',
      path,
      message,
      origin,
      hint: hint ?? (setting && howToSet(setting, { origin, message })),
    }
  }
}

/** A setting without value and default is left out, as it is in what the schema gives. */
export function hasValue({ value }: Settled): boolean {
  return value !== undefined
}
