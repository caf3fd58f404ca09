import { dirname } from 'node:path'
import { escapeName } from '../../text/escape.js'
import type { LayerValue, OnProblem } from '../layer.js'
import type { Origin } from '../origin.js'
import type { Problem, ProblemCode } from '../problem.js'
import type { Setting } from '../schema/setting.js'
import { isReference, REDACTED, secretsIn, secretsOf } from '../secrets.js'
import { convert } from './convert.js'
import { settingHint } from './hint.js'
import { type Environment, resolveSecrets } from './resolve-secrets.js'
import { validate } from './validate.js'

/** What became of one setting. With problems, its value is undefined. */
export type ResolvedSetting = {
  readonly setting: Setting
  readonly value: unknown
  /** undefined when there is no value, nor a default */
  readonly origin: Origin | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** texts that no message may hold, also those of a value that was refused */
  readonly secrets: readonly string[]
}

/** `resolve` reads the variables and files that secrets point to; `leave` does not, so that none has to be there. */
export type SecretsMode = 'resolve' | 'leave'

/** Makes a setting's value of what the winning layer says: converted, with its secrets, validated. */
export async function resolveSetting(
  setting: Setting,
  { raw, origin }: LayerValue,
  { env, secrets: mode }: { env: Environment; secrets: SecretsMode },
): Promise<ResolvedSetting> {
  const problems: Problem[] = []
  const reportAs = (code: ProblemCode): OnProblem => {
    return (path, words, hint) => {
      const message = `${escapeName(path)} ${words}`
      problems.push({ code, path, message, origin, hint: hint ?? settingHint(setting, { path, origin, message }) })
    }
  }
  const report = reportAs('INVALID_VALUE')
  const folder = origin.from === 'file' ? dirname(origin.file) : '.'

  const written = convert(setting.shape, raw, setting.path, report)
  const value =
    mode === 'resolve'
      ? await resolveSecrets(setting, written, { env, folder, report: reportAs('SECRET_UNREADABLE') })
      : written
  const secrets = secretsOf(setting, value)
  for (const [path, secret] of secrets)
    if (secret.trim() === REDACTED)
      report(path, `is ${REDACTED}, which only stands for a secret`, 'give env:NAME or file:PATH')

  // What was complained of is absent by now, which is no news; and what is not known yet cannot be wrong.
  const open = mode === 'leave' ? [...secrets].filter(([, secret]) => isReference(secret)).map(([path]) => path) : []
  const settledPaths = new Set([...problems.map(({ path }) => path), ...open])
  const checked = validate(setting, value, (path, words, hint) => settledPaths.has(path) || report(path, words, hint))
  return {
    setting,
    value: problems.length > 0 ? undefined : (checked ?? value),
    origin,
    problems,
    warnings: exposed(setting, written, origin),
    // The schema may have changed it, and it is what others are given.
    secrets: [value, checked].flatMap(one => secretsIn(setting, one)),
  }
}

/** A setting that no layer speaks of. */
export function defaultSetting(setting: Setting): ResolvedSetting {
  const origin = setting.default === undefined ? undefined : ({ from: 'default' } as const)
  const problems = setting.required ? [missing(setting)] : []
  const secrets = secretsIn(setting, setting.default)
  return { setting, value: setting.default, origin, problems, warnings: [], secrets }
}

function missing(setting: Setting): Problem {
  const { path } = setting
  const message = `${path} is missing`
  return { code: 'MISSING', path, message, hint: settingHint(setting, { message }) }
}

// In a file, only those inside a list or a table are told of: a file may hold any secret, but one of many keys is
// easily forgotten when the file is passed on.
function exposed(setting: Setting, written: unknown, origin: Origin): readonly Problem[] {
  const { path, variables } = setting
  const literals = [...secretsOf(setting, written)].flatMap(([at, secret]) => (isReference(secret) ? [] : [at]))
  const warn = (at: string, words: string, hint: string): Problem => {
    return { code: 'SECRET_EXPOSED', path: at, message: `${escapeName(at)} ${words}`, origin, hint }
  }
  if (origin.from === 'flag' && literals.length > 0)
    return [
      warn(
        path,
        'is a secret, and others on this machine can see the command line',
        `set ${variables[0]}, or give env:NAME or file:PATH`,
      ),
    ]
  if (origin.from !== 'file') return []
  return literals
    .filter(at => at !== path)
    .map(at => warn(at, 'is a secret that stands in the configuration file', 'give env:NAME or file:PATH'))
}
