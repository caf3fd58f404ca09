import { dirname } from 'node:path'
import { escapeName } from '../../text/escape.js'
import type { LayerValue, OnProblem } from '../layer.js'
import type { Origin } from '../origin.js'
import type { Problem, ProblemCode } from '../problem.js'
import { isReference, passwordsOf, REDACTED, secretsIn, secretsOf } from '../redact.js'
import type { Setting } from '../schema/setting.js'
import { convert } from './convert.js'
import { settingHint } from './hint.js'
import { type Environment, resolveSecrets } from './resolve-secrets.js'
import { validate } from './validate.js'

/** One setting after all layers. With problems, its value is undefined. */
export type ResolvedSetting = {
  readonly setting: Setting
  readonly value: unknown
  /** undefined when the setting has neither value nor default */
  readonly origin: Origin | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** the paths of the secrets that stand in the layer themselves, neither as `env:NAME` nor as `file:PATH` */
  readonly literals: readonly string[]
  /** the paths of the URLs that have a password */
  readonly passwords: readonly string[]
  /** texts that messages must not contain, including those of a refused value */
  readonly secrets: readonly string[]
}

/**
 * `resolve` reads the variables and files that secrets refer to. `leave` keeps `env:NAME` and `file:PATH` as the value, and
 * only warns of those that cannot be read.
 */
export type SecretsMode = 'resolve' | 'leave'

/** Resolves a setting from the layer that won: converts the value, reads its secrets, validates it. */
export async function resolveSetting(
  setting: Setting,
  { raw, origin }: LayerValue,
  { env, secrets: mode }: { env: Environment; secrets: SecretsMode },
): Promise<ResolvedSetting> {
  const problems: Problem[] = []
  const unread: Problem[] = []
  const reportAs = (code: ProblemCode, list = problems): OnProblem => {
    return (path, problem, hint) => {
      const message = `${escapeName(path)} ${problem}`
      list.push({ code, path, message, origin, hint: hint ?? settingHint(setting, { path, origin, message }) })
    }
  }
  const report = reportAs('INVALID_VALUE')
  const folder = origin.from === 'file' ? dirname(origin.file) : '.'
  // A program that embeds this one decides itself what of its environment it uses.
  const variables = origin.from === 'program' ? null : env

  const written = convert(setting.shape, raw, setting.path, report)
  const unreadable = reportAs('SECRET_UNREADABLE', mode === 'resolve' ? problems : unread)
  const resolved = await resolveSecrets(setting, written, { env: variables, folder, report: unreadable })
  const value = mode === 'resolve' ? resolved : written
  const secrets = secretsOf(setting, value)
  for (const [path, secret] of secrets)
    if (secret.trim() === REDACTED)
      report(path, `is ${REDACTED}, the placeholder of a secret`, 'give env:NAME or file:PATH')

  // Values with a problem are undefined by now, which the schema must not report again; secrets that were not read cannot
  // be checked.
  const open = mode === 'leave' ? [...secrets].filter(([, secret]) => isReference(secret)).map(([path]) => path) : []
  const skipped = new Set([...problems.map(({ path }) => path), ...open])
  const unitHint = bareDurationHint(setting, raw)
  const checked = validate(setting, value, (path, problem, hint) => {
    if (!skipped.has(path)) report(path, problem, hint ?? unitHint)
  })
  const literals = [...secretsOf(setting, written)].flatMap(([at, secret]) => (isReference(secret) ? [] : [at]))
  const passwords = passwordsOf(setting, written)
  return {
    setting,
    value: problems.length > 0 ? undefined : (checked ?? value),
    origin,
    problems,
    warnings: [...exposed(setting, { literals, passwords, origin }), ...unread],
    literals,
    passwords,
    // The schema may have changed the value, and both may be printed.
    secrets: [value, checked].flatMap(one => secretsIn(setting, one)),
  }
}

/**
 * Resolves a setting that no layer sets: to its default, or to a problem when it is required.
 *
 * @param place where it could have been set, for the hint; by default in any layer
 */
export function defaultSetting(setting: Setting, place?: Origin): ResolvedSetting {
  const origin = setting.default === undefined ? undefined : ({ from: 'default' } as const)
  const problems = setting.required ? [missing(setting, place)] : []
  const secrets = secretsIn(setting, setting.default)
  return { setting, value: setting.default, origin, problems, warnings: [], literals: [], passwords: [], secrets }
}

/** Tells of a duration out of range that its writer may have meant in milliseconds: `12000`. */
function bareDurationHint({ shape }: Setting, raw: LayerValue['raw']): string | undefined {
  if (shape.kind !== 'number' || shape.unit !== 'duration') return undefined
  const written = raw.kind === 'flag' ? raw.texts[0] : raw.kind === 'variable' ? raw.text : raw.value
  const [digits] = /^\d{4,}$/.exec(String(written).trim()) ?? []
  return digits && `a number counts seconds: write ${digits}ms for milliseconds`
}

function missing(setting: Setting, origin?: Origin): Problem {
  const { path } = setting
  const message = `${path} is missing`
  return { code: 'MISSING', path, message, hint: settingHint(setting, { origin, message }) }
}

// In a file that only its owner reads, warns only of secrets inside a list or a table: a file may hold secrets, but one of
// many keys is easily overlooked when the file is passed on. `sharedFile` warns of a file that others read.
function exposed(
  setting: Setting,
  { literals, passwords, origin }: Pick<ResolvedSetting, 'literals' | 'passwords'> & { readonly origin: Origin },
): readonly Problem[] {
  const { path, variables } = setting
  const warn = (at: string, problem: string, hint: string): Problem => {
    return { code: 'SECRET_EXPOSED', path: at, message: `${escapeName(at)} ${problem}`, origin, hint }
  }
  if (origin.from === 'flag' && literals.length > 0)
    return [
      warn(
        path,
        'is a secret, and others on this machine can see the command line',
        `set ${variables[0]}, or give env:NAME or file:PATH`,
      ),
    ]
  if (origin.from === 'flag' && passwords.length > 0)
    return [warn(path, 'has a password, and others on this machine can see the command line', `set ${variables[0]}`)]
  if (origin.from !== 'file') return []
  return literals
    .filter(at => at !== path)
    .map(at => warn(at, 'is a secret written in the configuration file', 'give env:NAME or file:PATH'))
}
