import { formsOfSecret } from '../../../text/secret-forms.js'

/**
 * Returns whether a text repeats a secret in another form than its own, or half of one: in other letter case, as base64,
 * base64url, hexadecimal digits or percent-encoded. Ignores secrets of less than 16 characters, whose half may be an
 * ordinary word.
 */
export function repeatsSecret(text: string, secrets: readonly string[]): boolean {
  const lowered = text.toLowerCase()
  return secrets.some(
    secret => secret.length >= MIN_LENGTH && formsOfSecret(secret).some(form => holdsHalf(lowered, form.toLowerCase())),
  )
}

const MIN_LENGTH = 16

function holdsHalf(text: string, form: string): boolean {
  const half = Math.ceil(form.length / 2)
  for (let at = 0; at + half <= form.length && half <= text.length; at++)
    if (text.includes(form.slice(at, at + half))) return true
  return false
}
