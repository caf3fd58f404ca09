import { cleanRecord } from '../app/log/clean-record.js'
import { ConfigError } from '../config/config-error.js'
import { flagsOf } from '../config/describe/flags.js'
import type { Problem } from '../config/problem.js'
import { redactText } from '../config/redact.js'
import type { Section } from '../config/schema/section.js'
import { settingsOf } from '../config/schema/setting.js'

/** How texts of this program become texts for a program that embeds it. */
export type ProgramTexts = {
  /** Replaces each flag and variable of a setting: `--axon-port` and `MINER_AXON_PORT` by `settings.axon.port`. */
  inSettings(text: string): string
  /** Replaces secrets. */
  withoutSecrets(text: string): string
}

/** Returns the texts for a program whose settings are these. */
export function programTexts(sections: readonly Section[], secrets: readonly string[]): ProgramTexts {
  const names = namesOf(sections)
  return {
    inSettings: text =>
      text
        .replaceAll(/--[a-z][\w.-]*|\b[A-Z][A-Z\d]*_[A-Z\d_]+/g, name => names.get(name) ?? name)
        // Several names of one setting: `--api-key, OPENAI_API_KEY or openai.apiKey`.
        .replaceAll(/\b(settings\.([\w.-]+))(?:, \1)* or \2\b/g, '$1'),
    withoutSecrets: text => redactText(text, secrets),
  }
}

/** Maps each flag and variable to the setting that it stands for. */
function namesOf(sections: readonly Section[]): ReadonlyMap<string, string> {
  const flags = flagsOf(sections, new Set()).flatMap(({ name, aliases, path }) =>
    [name, ...aliases].map(one => [`--${one}`, path] as const),
  )
  const variables = sections
    .flatMap(settingsOf)
    .flatMap(({ variables, path }) => variables.map(one => [one, path] as const))
  return new Map([...flags, ...variables].map(([name, path]) => [name, `settings.${path}`]))
}

/**
 * Returns an error as a program that embeds the miner can use it: without secrets, which the error of a plugin and its
 * causes may hold, and with `settings.axon.port` where a hint speaks of `--axon-port`.
 */
export function programError(error: unknown, texts: ProgramTexts): unknown {
  if (error instanceof ConfigError && error.code === 'CONFIG_INVALID')
    return new ConfigError(
      'CONFIG_INVALID',
      error.problems.map(problem => inSettings(problem, texts)),
    )
  return cleanError(error, texts, MAX_CAUSES)
}

function inSettings(problem: Problem, texts: ProgramTexts): Problem {
  const { code, message, hint } = problem
  // Only a rule, which may be that of a plugin, names other settings in its message.
  return {
    ...problem,
    ...(code === 'RULE_BROKEN' && { message: texts.inSettings(message) }),
    ...(hint !== undefined && { hint: texts.inSettings(hint) }),
  }
}

/** How many causes of an error are read; an error may cause itself. */
const MAX_CAUSES = 5

function cleanError(error: unknown, texts: ProgramTexts, depth: number): unknown {
  if (typeof error === 'string') return texts.withoutSecrets(error)
  if (typeof error !== 'object' || error === null) return error
  if (!(error instanceof Error) || depth === 0)
    return cleanRecord(error, { sanitize: texts.withoutSecrets, stacks: true })
  const { message, stack, hint, cause, errors } = error as Error & {
    readonly hint?: unknown
    readonly errors?: unknown
  }
  const deeper = (inner: unknown) => cleanError(inner, texts, depth - 1)
  const changes = Object.entries({
    message: texts.withoutSecrets(message),
    stack: stack && texts.withoutSecrets(stack),
    hint: typeof hint === 'string' ? texts.withoutSecrets(texts.inSettings(hint)) : hint,
    cause: deeper(cause),
    errors: Array.isArray(errors) ? errors.map(deeper) : errors,
  }).filter(([key, value]) => !isSame(value, (error as unknown as Record<string, unknown>)[key]))
  const isChanged = changes.every(([key, value]) => Reflect.defineProperty(error, key, { value, configurable: true }))
  return isChanged ? error : frozenCopy(error, changes)
}

function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other
  return one.every((item, at) => item === other[at])
}

/** Copies an error that a plugin has frozen. */
function frozenCopy(error: Error, changes: readonly (readonly [string, unknown])[]): Error {
  const changed = Object.fromEntries(changes.map(([key, value]) => [key, { value, configurable: true }]))
  return Object.create(Object.getPrototypeOf(error), { ...Object.getOwnPropertyDescriptors(error), ...changed })
}
