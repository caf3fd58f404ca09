import { redactor } from '../../config/redact.js'
import type { Checked } from '../../doctor/check.js'

/**
 * Redacts secrets in what the checks say: an endpoint may repeat what it was sent. Leaves names, verdicts and codes as they
 * are: they are words of this program, and a secret may happen to be one of them.
 */
export function redactFindings(checked: readonly Checked[], secrets: readonly string[]): readonly Checked[] {
  const redacted = redactor(secrets)
  return checked.map(one => ({
    ...one,
    findings: one.findings.map(({ message, how, hint, ...own }) => ({
      ...own,
      message: redacted(message),
      how: redacted(how),
      ...(hint !== undefined && { hint: redacted(hint) }),
    })),
  }))
}
