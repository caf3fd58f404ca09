/**
 * What an upstream said, fit for the operator's log: one line, at most 300 characters, unprintable ones and
 * bidirectional controls escaped, known secrets as `***`.
 */
export function upstreamWords(text: string, secrets: readonly string[]): string {
  // First of all, so that no cut leaves a part of a secret behind.
  const scrubbed = secrets.reduce((words, secret) => words.replaceAll(secret, '***'), text)
  const start = scrubbed.length > 300 ? `${scrubbed.slice(0, 300)}…` : scrubbed
  return start
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\p{C}/gu, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
