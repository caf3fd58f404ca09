import { mapLeaves } from './schema/map-leaves.js'
import type { Setting } from './schema/setting.js'
import type { Scalar } from './schema/shape.js'
import { printUnit } from './schema/unit.js'

/** Returns the secrets in a setting's value by path, as they are written: `shout.endpoints[1].apiKey` → `env:KEY`. */
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

/** Returns the paths of the URLs in a setting's value that have a password. */
export function passwordsOf({ shape, path }: Pick<Setting, 'shape' | 'path'>, value: unknown): readonly string[] {
  const paths: string[] = []
  mapLeaves(shape, value, path, (leaf, text, at) => {
    if (leaf.kind === 'text' && leaf.url && typeof text === 'string' && URL.parse(text)?.password) paths.push(at)
  })
  return paths
}

/** Returns whether a value has a secret itself, neither as `env:NAME` nor as `file:PATH`, or a URL with a password. */
export function showsSecret(setting: Pick<Setting, 'shape' | 'path'>, value: unknown): boolean {
  const secrets = [...secretsOf(setting, value).values()]
  return secrets.some(secret => !isReference(secret)) || passwordsOf(setting, value).length > 0
}

/** Returns whether a secret is written as `env:NAME` or `file:PATH`, which is not secret itself. */
export function isReference(text: string): boolean {
  return /^(env|file):/.test(text)
}

// A secret may have been pasted after "env:".
function isNamed(value: unknown): boolean {
  return typeof value === 'string' && /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/.test(value)
}

/** The placeholder that is printed instead of a secret, and refused as one. */
export const REDACTED = '***'

/**
 * Returns a value that is safe to print: secrets as `***`, unless they are written as `env:NAME` or `file:PATH`; URLs without user, password, query and fragment, durations and
 * sizes with their unit, so that they read as the same value again.
 */
export function redact(setting: Pick<Setting, 'shape' | 'path'>, value: unknown): unknown {
  return mapLeaves(setting.shape, value, setting.path, redactScalar)
}

/**
 * Returns the texts of a value that must not be printed: secrets, and passwords and queries of URLs. A secret is included
 * without the space around it, too, because its user may trim it.
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
 * Replaces known secrets in foreign text by `***`. Ignores secrets of less than 6 characters: placeholders such as `none`
 * or `EMPTY` are not secret, and replacing them would garble the text.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  return redactor(secrets)(text)
}

/** Returns `redactText` for the same secrets and many texts. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const known = secrets
    .filter(secret => secret.length >= 6)
    // Longest first: one secret may be the start of another.
    .sort((one, other) => other.length - one.length)
  return text => known.reduce((redacted, secret) => redacted.replaceAll(secret, REDACTED), text)
}

function redactScalar(shape: Scalar, value: unknown): unknown {
  if (value === null) return null
  if (shape.kind === 'text' && shape.secret) return isNamed(value) ? value : REDACTED
  if (shape.kind === 'text' && shape.url && typeof value === 'string') return redactUrl(value)
  if (shape.kind === 'number' && shape.unit && typeof value === 'number') return printUnit(shape.unit, value)
  return value
}

/**
 * Returns whether a text is surely an address that lacks its scheme, or has another, and no secret that was put in the wrong
 * place: a host with a port or a top-level domain, and a path. `localhost:8000/v1` is, `sk-proj-0123` is not.
 */
export function isPlainAddress(text: string): boolean {
  const host =
    '(?:localhost|\\[[0-9a-f:.]+\\]|(?:[a-z0-9-]+\\.)+[a-z]{2,}|\\d{1,3}(?:\\.\\d{1,3}){3})(?::\\d{1,5})?|[a-z0-9-]+:\\d{1,5}'
  return new RegExp(`^(?:[a-z][a-z0-9+.-]*://)?(?:${host})(?:/[\\w./~-]*)?$`, 'i').test(text)
}

// A URL without secrets stays as it was written: `URL` would add a slash to a bare host.
function redactUrl(text: string): string {
  const url = URL.parse(text)
  // `finney`, or a URL without its scheme: `user:password@host`.
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
