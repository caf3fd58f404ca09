import { mapLeaves } from './schema/map-leaves.js'
import type { Setting } from './schema/setting.js'
import type { Scalar } from './schema/shape.js'
import { printUnit } from './schema/unit.js'

/** The secrets in a value of a setting, by path, as they stand there: `shout.endpoints[1].apiKey` → `env:KEY`. */
export function secretsOf(
  { shape, path }: Pick<Setting, 'shape' | 'path'>,
  value: unknown,
): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>()
  mapLeaves(shape, value, path, (leaf, text, at) => {
    if (leaf.kind === 'text' && leaf.secret && typeof text === 'string') secrets.set(at, text)
  })
  return secrets
}

/** Is a secret written as `env:NAME` or `file:PATH`, which is not secret itself? */
export function isReference(text: string): boolean {
  return /^(env|file):/.test(text)
}

/** What stands in the place of a secret wherever one is printed, and is refused where one is read. */
export const REDACTED = '***'

/**
 * A value as it may be printed: secrets as `***`, URLs without user, password, query and fragment, durations and
 * sizes with their unit, so that what is printed reads as the same value again.
 */
export function redact(setting: Pick<Setting, 'shape' | 'path'>, value: unknown): unknown {
  return mapLeaves(setting.shape, value, setting.path, redactScalar)
}

/**
 * The texts of a value that must not be seen: secrets, and the passwords and queries of URLs. A secret is there without
 * the space around it, too: whoever uses it may trim it.
 */
export function secretsIn(setting: Pick<Setting, 'shape' | 'path'>, value: unknown): readonly string[] {
  const literals = [...secretsOf(setting, value).values()].filter(secret => !isReference(secret))
  const secrets = literals.flatMap(secret => [secret, secret.trim()])
  mapLeaves(setting.shape, value, setting.path, (shape, text) => {
    if (shape.kind === 'text' && shape.url && typeof text === 'string') secrets.push(...secretsInUrl(text))
  })
  return [...new Set(secrets)].filter(secret => secret !== '')
}

/**
 * Blots out known secrets in a text that others wrote.
 * Placeholders such as `none` or `EMPTY` are no secrets, and blotting them out would spoil the text.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  return (
    secrets
      .filter(secret => secret.length >= 6)
      // One may begin another.
      .sort((one, other) => other.length - one.length)
      .reduce((scrubbed, secret) => scrubbed.replaceAll(secret, REDACTED), text)
  )
}

function redactScalar(shape: Scalar, value: unknown): unknown {
  if (value === null) return null
  if (shape.kind === 'text' && shape.secret) return REDACTED
  if (shape.kind === 'text' && shape.url && typeof value === 'string') return redactUrl(value)
  if (shape.kind === 'number' && shape.unit && typeof value === 'number') return printUnit(shape.unit, value)
  return value
}

// One that has nothing to hide stays as it was written: `URL` would add a slash to a bare host.
function redactUrl(text: string): string {
  const url = URL.parse(text)
  // `finney`, or `user:password@host`, whose scheme was forgotten and which is a URL all the same.
  if (!url?.host) return /[@?#]/.test(text) ? REDACTED : text
  if (!(url.username || url.password || url.search || url.hash)) return text
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  return url.href
}

function secretsInUrl(text: string): readonly string[] {
  if (redactUrl(text) === REDACTED) return [text]
  const { username = '', password = '', search = '', hash = '' } = URL.parse(text) ?? {}
  return [username, password, decode(username), decode(password), search, hash]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
