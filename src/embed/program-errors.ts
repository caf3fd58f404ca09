import { ConfigError } from '../config/config-error.js'
import { flagsOf } from '../config/describe/flags.js'
import { redactText } from '../config/redact.js'
import type { Section } from '../config/schema/section.js'
import { settingsOf } from '../config/schema/setting.js'

/** The settings there are, and the secrets in them. */
type Known = { readonly sections: readonly Section[]; readonly secrets: readonly string[] }

/**
 * Returns an error as a program that embeds the miner can use it: without secrets, which the error of a plugin may hold,
 * and with `settings.axon.port` where a hint speaks of `--axon-port` or `MINER_AXON_PORT`.
 */
export function programError(error: unknown, { sections, secrets }: Known): unknown {
  const names = namesOf(sections)
  const inProgram = (text: string) =>
    text.replaceAll(/--[a-z][\w.-]*|\b[A-Z]+_[A-Z_]+/g, name => names.get(name) ?? name)
  if (error instanceof ConfigError && error.code === 'CONFIG_INVALID')
    return new ConfigError(
      'CONFIG_INVALID',
      error.problems.map(problem => ({ ...problem, hint: problem.hint && inProgram(problem.hint) })),
    )
  if (!(error instanceof Error)) return error
  const texts = error as { message: string; stack?: string; hint?: unknown }
  for (const key of ['message', 'stack', 'hint'] as const) {
    const text = texts[key]
    if (typeof text !== 'string') continue
    const safe = redactText(key === 'hint' ? inProgram(text) : text, secrets)
    if (safe !== text) Object.assign(texts, { [key]: safe })
  }
  return error
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
