import { escapeName } from '../text/escape.js'
import { ConfigError } from './config-error.js'
import type { Configuration } from './configuration.js'
import type { FileContent } from './layers/config-file.js'
import { allVariables, type EnvFile } from './layers/env-file.js'
import type { TypedFlag } from './layers/flag-layer.js'
import { findGone } from './layers/gone-names.js'
import { mergeLayers } from './layers/merge.js'
import type { Origin } from './origin.js'
import type { Problem } from './problem.js'
import { redactText } from './redact.js'
import { catalogOf } from './schema/catalog.js'
import type { KnownSection, Section } from './schema/section.js'
import { settingsOf } from './schema/setting.js'
import type { Table } from './values/convert.js'
import type { Environment } from './values/resolve-secrets.js'
import { defaultSetting, type ResolvedSetting, resolveSetting, type SecretsMode } from './values/resolve-setting.js'
import { checkRules, hasValue } from './values/rules.js'

export type Sources = {
  /** what to read and validate; several may share the empty name */
  readonly sections: readonly Section[]
  /** other sections that file and environment may hold; they are ignored */
  readonly known: readonly KnownSection[]
  readonly flags: readonly TypedFlag[]
  /** what each typed flag has that no setting has taken over, without dashes; `true` for a switch */
  readonly goneFlags?: ReadonlyMap<string, string>
  readonly env: Environment
  readonly file: FileContent | null
  /** the file of variables that the operator names */
  readonly envFile?: EnvFile | undefined
  /** the settings that a program which embeds this one passes, in the form of the file's top table */
  readonly given?: Table
  readonly secrets: SecretsMode
  /** those of the command line, which the caller has found already; reported first, as they are */
  readonly problems?: readonly Problem[]
  /**
   * gives each setting with a problem its default, and lists the problems in the configuration, in place of an error; those of
   * the command line are an error all the same
   */
  readonly tolerant?: boolean
}

/**
 * Merges the layers, default < file < file of variables < environment < flag, and validates what wins.
 *
 * @throws {ConfigError} CONFIG_INVALID with all problems of all layers at once; CONFIG_SCHEMA
 */
export async function loadConfiguration(sources: Sources): Promise<Configuration> {
  const { sections, file, envFile, problems: earlier = [] } = sources
  const catalog = catalogOf(sections, sources.known)
  const { settings } = catalog
  const problems: Problem[] = []
  const placeOf = (path: string): Origin | undefined => sources.given && { from: 'program', key: path }
  const lost = [file, envFile].flatMap(one => (one && 'problem' in one ? [one.problem] : []))
  const isFileLost = lost.length > 0
  problems.push(...lost)
  const merged = mergeLayers(sources, { catalog, problems })
  const known = { env: allVariables(sources.env, envFile), secrets: sources.secrets }
  const gone = findGone(catalog, { flags: sources.goneFlags ?? new Map(), env: sources.env, envFile, file })
  problems.push(...gone.problems)

  // A setting that a layer gives wrongly, or that a file which cannot be read may give, is not reported as missing.
  const mayBeMissing = (path: string) => !isFileLost && !problems.some(one => one.path === path)
  const resolved: ResolvedSetting[] = []
  for (const setting of settings) {
    const found = merged.get(setting.path)
    const one = found ? await resolveSetting(setting, found, known) : defaultSetting(setting, placeOf(setting.path))
    resolved.push(sources.tolerant && one.problems.length > 0 ? withDefaultOf(one) : one)
    if (found || mayBeMissing(setting.path)) problems.push(...one.problems)
  }

  const values: Record<string, unknown> = {}
  for (const section of sections) {
    const inSection = new Set(settingsOf(section))
    const own = resolved.filter(({ setting }) => inSection.has(setting))
    if (!isFileLost) problems.push(...checkRules(section, own, placeOf))
    const ownValues = Object.fromEntries(own.filter(hasValue).map(({ setting, value }) => [setting.key, value]))
    Object.assign(values, section.name === '' ? ownValues : { [section.name]: ownValues })
  }

  const secretValues = [...new Set(resolved.flatMap(({ secrets }) => secrets))]
  const found = problems.map(problem => withoutSecrets(problem, secretValues))
  const isTyped = earlier.length > 0 || found.some(({ origin }) => origin?.from === 'flag')
  if (sources.tolerant ? isTyped : earlier.length + found.length > 0)
    throw new ConfigError('CONFIG_INVALID', [...earlier, ...found])
  return {
    problems: found,
    settings,
    values,
    origins: new Map(resolved.flatMap(({ setting, origin }) => (origin ? [[setting.path, origin]] : []))),
    secretValues,
    warnings: [
      ...gone.warnings,
      ...(envFile && 'warnings' in envFile ? envFile.warnings : []),
      ...sharedFile(file, resolved),
      ...resolved.flatMap(({ warnings }) => warnings),
    ],
  }
}

/** The setting as if no layer had it; what is secret in the refused value stays so. */
function withDefaultOf({ setting, secrets }: ResolvedSetting): ResolvedSetting {
  const one = defaultSetting(setting)
  return { ...one, secrets: [...one.secrets, ...secrets] }
}

/** Warns, once for all its secrets, of a file that others than its owner can read. */
function sharedFile(file: FileContent | null, resolved: readonly ResolvedSetting[]): readonly Problem[] {
  if (!file || 'problem' in file || file.mode === undefined || (file.mode & 0o044) === 0) return []
  const inFile = resolved.filter(({ origin }) => origin?.from === 'file')
  const passwords = inFile.flatMap(one => one.passwords.map(at => `the password in ${escapeName(at)}`))
  const names = [...inFile.flatMap(({ literals }) => literals.map(escapeName)), ...passwords]
  if (names.length === 0) return []
  const called = names.join(', ')
  const what = names.length === 1 ? `${called} is a secret` : `${called} are secrets`
  const path = escapeName(file.path)
  const message = `${what} in ${path}, which others on this machine can read (mode ${file.mode.toString(8)})`
  const hint = passwords.length > 0 ? `chmod 600 ${path}` : `chmod 600 ${path}, or give env:NAME or file:PATH`
  return [{ code: 'SECRET_EXPOSED', message, hint, origin: { from: 'file', file: file.path } }]
}

// This program's messages never hold a secret; those of a plugin's checks and rules may.
function withoutSecrets(problem: Problem, secrets: readonly string[]): Problem {
  const { message, hint } = problem
  return { ...problem, message: redactText(message, secrets), hint: hint && redactText(hint, secrets) }
}
