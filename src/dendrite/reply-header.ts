/**
 * Returns the first value of a header of a reply; null without one.
 *
 * @param rawHeaders name, value, name, value …
 * @param name in small letters
 */
export function replyHeader(rawHeaders: readonly string[], name: string): string | null {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at < 0 ? null : (rawHeaders[at + 1] ?? '').trim()
}
