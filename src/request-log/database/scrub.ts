import { formsOfSecret } from '../../text/secret-forms.js'

/** Secrets that are shorter are placeholders, such as `none`, as in the log. */
const MIN_LENGTH = 6
/** A shorter secret may be an ordinary word in another letter case or encoding, so only its own form is replaced. */
const MIN_ENCODED = 16
const REPLACED = '***'

/**
 * Returns a function that replaces known secrets in the texts of a value, and in the keys of its tables: a caller may send a
 * key that an endpoint's error repeated to it. Long secrets are also found in other letter case, and as base64, base64url,
 * hexadecimal digits and percent-encoded.
 */
export function scrubber(secrets: readonly string[]): <T>(value: T) => T {
  const known = secrets.filter(secret => secret.length >= MIN_LENGTH)
  const long = known.filter(secret => secret.length >= MIN_ENCODED)
  const exact = oneOf(known, 'g')
  const encoded = oneOf(long.flatMap(formsOfSecret), 'gi')
  if (!exact) return value => value
  const scrub = (text: string) => {
    const scrubbed = text.replace(exact, REPLACED)
    return encoded ? scrubbed.replace(encoded, REPLACED) : scrubbed
  }
  return value => scrubbed(value, scrub) as typeof value
}

function scrubbed(value: unknown, scrub: (text: string) => string): unknown {
  if (typeof value === 'string') return scrub(value)
  if (Array.isArray(value)) return value.map(item => scrubbed(item, scrub))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [scrub(key), scrubbed(item, scrub)]))
}

/** Returns an expression that finds any of some texts, the longest first: one may be the start of another. */
function oneOf(texts: readonly string[], flags: string): RegExp | null {
  if (texts.length === 0) return null
  const longestFirst = [...new Set(texts)].sort((one, other) => other.length - one.length)
  return new RegExp(longestFirst.map(escaped).join('|'), flags)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
