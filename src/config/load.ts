import { ConfigError } from './config-error.js'
import type { Configuration } from './configuration.js'
import type { Layer } from './layer.js'
import { environmentLayer } from './layers/environment-layer.js'
import { fileLayer } from './layers/file-layer.js'
import { flagLayer, type TypedFlag } from './layers/flag-layer.js'
import type { FileContent } from './layers/toml-file.js'
import type { Problem } from './problem.js'
import { catalogOf } from './schema/catalog.js'
import type { KnownSection, Section } from './schema/section.js'
import { redactText } from './secrets.js'
import type { Environment } from './values/resolve-secrets.js'
import { defaultSetting, type ResolvedSetting, resolveSetting, type SecretsMode } from './values/resolve-setting.js'
import { checkRules, hasValue } from './values/rules.js'

export type Sources = {
  /** what to read and validate; several may share the empty name */
  readonly sections: readonly Section[]
  /** what may stand in file and environment beside them, and does not disturb */
  readonly known: readonly KnownSection[]
  readonly flags: readonly TypedFlag[]
  readonly env: Environment
  readonly file: FileContent | null
  readonly secrets: SecretsMode
}

/**
 * Merges the layers, default < file < environment < flag, and validates what wins.
 *
 * @throws {ConfigError} CONFIG_INVALID with all problems of all layers at once; CONFIG_SCHEMA
 */
export async function loadConfiguration(sources: Sources): Promise<Configuration> {
  const { sections, flags, env, file } = sources
  const catalog = catalogOf(sections, sources.known)
  const { settings } = catalog
  const problems: Problem[] = []
  const isFileLost = file !== null && 'problem' in file
  if (isFileLost) problems.push(file.problem)
  const layers: readonly Layer[] = [
    flagLayer(flags, { settings, problems }),
    environmentLayer(env, { catalog, problems }),
    file && 'table' in file ? fileLayer(file.table, file.path, { catalog, problems }) : new Map(),
  ]

  // What a layer said wrongly, or a file that cannot be read might say, is not missing.
  const mayBeMissing = (path: string) => !isFileLost && !problems.some(one => one.path === path)
  const settled: ResolvedSetting[] = []
  for (const setting of settings) {
    const found = layers.map(layer => layer.get(setting.path)).find(one => one !== undefined)
    const one = found ? await resolveSetting(setting, found, sources) : defaultSetting(setting)
    settled.push(one)
    if (found || mayBeMissing(setting.path)) problems.push(...one.problems)
  }

  const values: Record<string, unknown> = {}
  for (const section of sections) {
    const own = settled.filter(({ setting }) => isIn(section, setting))
    if (!isFileLost) problems.push(...checkRules(section, own))
    const ownValues = Object.fromEntries(own.filter(hasValue).map(({ setting, value }) => [setting.key, value]))
    Object.assign(values, section.name === '' ? ownValues : { [section.name]: ownValues })
  }

  const secretValues = [...new Set(settled.flatMap(({ secrets }) => secrets))]
  if (problems.length > 0)
    throw new ConfigError(
      'CONFIG_INVALID',
      problems.map(problem => withoutSecrets(problem, secretValues)),
    )
  return {
    settings,
    values,
    origins: new Map(settled.flatMap(({ setting, origin }) => (origin ? [[setting.path, origin]] : []))),
    secretValues,
    warnings: settled.flatMap(({ warnings }) => warnings),
  }
}

function isIn({ name, settings }: Section, setting: { section: string; key: string }): boolean {
  return setting.section === name && Object.hasOwn(settings.shape, setting.key)
}

// Our own words never hold a secret; an author's, of a check or a rule, might.
function withoutSecrets(problem: Problem, secrets: readonly string[]): Problem {
  const { message, hint } = problem
  return { ...problem, message: redactText(message, secrets), hint: hint && redactText(hint, secrets) }
}
