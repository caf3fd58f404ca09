import * as z from 'zod'
import { itemPath } from '../config/schema/names.js'
import { settingsOf } from '../config/schema/setting.js'
import { validate } from '../config/values/validate.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { closest } from '../text/closest.js'
import { minerSection } from './settings.js'

/** What is wrong with one setting, and what would fix it. */
export type SettingProblem = { readonly message: string; readonly hint?: string | undefined }

/**
 * Reads the settings of a miner in the form that `create` gets: durations in milliseconds, sizes in bytes.
 *
 * @returns the settings with their defaults, or what is wrong with them in the words of the configuration
 */
export function readConfig(
  miner: MinerDefinition,
  config: object,
): { readonly config: z.infer<MinerDefinition['settings']> } | { readonly problems: readonly SettingProblem[] } {
  const { name } = miner
  const parsed = miner.settings.strict().safeParse(config)
  if (!parsed.success) {
    const problems = [...unknownKeys(miner, config), ...invalidValues(miner, config)]
    // The schema as a whole may refuse what each of its settings takes.
    return { problems: problems.length > 0 ? problems : [{ message: z.prettifyError(parsed.error) }] }
  }
  const broken = miner.rules?.(parsed.data, name) ?? []
  if (broken.length === 0) return { config: parsed.data }
  const problems = broken.map(({ setting, at = [], message, hint }) => {
    const path = at.reduce(itemPath, `${name}.${setting}`)
    return { message: `${path} ${message}`, hint }
  })
  return { problems }
}

function unknownKeys({ name, settings }: MinerDefinition, config: object): SettingProblem[] {
  const known = Object.keys(settings.shape)
  return Object.keys(config)
    .filter(key => !known.includes(key))
    .map(key => {
      const meant = closest(key, known)
      return { message: `${itemPath(name, key)} is not a setting`, hint: meant && `use ${name}.${meant}` }
    })
}

function invalidValues(miner: MinerDefinition, config: object): SettingProblem[] {
  const problems: SettingProblem[] = []
  const values: Readonly<Record<string, unknown>> = { ...config }
  for (const setting of settingsOf(minerSection(miner)))
    validate(setting, values[setting.key], (path, message, hint) =>
      problems.push({ message: `${path} ${message}`, hint }),
    )
  return problems
}
