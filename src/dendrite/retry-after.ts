import { replyHeader } from './reply-header.js'

/** A wrong header must not tell a user to come back next year. */
const MAX_SECONDS = 86_400

/**
 * Returns for how many seconds a reply asks its caller to wait; null: it does not say so in whole seconds, at most a day.
 *
 * @param rawHeaders name, value, name, value …
 * @see RFC 9110, section 10.2.3, whose dates no axon sends
 */
export function retryAfterOf(rawHeaders: readonly string[]): number | null {
  const text = replyHeader(rawHeaders, 'retry-after') ?? ''
  return /^\d{1,5}$/.test(text) && Number(text) <= MAX_SECONDS ? Number(text) : null
}
