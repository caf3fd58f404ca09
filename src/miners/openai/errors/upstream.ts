import type { ModelEndpoint } from '../settings/endpoints.js'
import { settingName } from '../settings/setting-names.js'
import type { OwnSettings } from '../settings/settings.js'

/** Who is asked, as errors need it. */
export type Upstream = {
  /** as the operator named it, and its host */
  readonly name: string
  /** as configured, or as a question names it */
  readonly model: string
  /** values that must not show up in any text */
  readonly secrets: readonly string[]
  /** what to set another key by */
  readonly keySetting: string
  /** what the operator sets it by: `--max-tokens`, or `openai.endpoints[0].maxTokens` where it is listed */
  setting(key: keyof OwnSettings): string
}

export function upstreamOf({ name, at, table, keySetting, config, keys }: ModelEndpoint): Upstream {
  return {
    name: name === at.host ? name : `${name} (${at.host})`,
    model: sanitizeText(config.model, []),
    secrets: keys.filter(key => key !== null),
    keySetting,
    setting: key => settingName(table, key),
  }
}

/**
 * What an upstream said, fit for the operator's log: one line, at most 300 characters, unprintable ones and
 * bidirectional controls escaped, known secrets as `***`.
 */
export function sanitizeText(text: string, secrets: readonly string[]): string {
  // First of all, so that no cut leaves a part of a secret behind.
  const scrubbed = secrets.reduce((words, secret) => words.replaceAll(secret, '***'), text)
  const start = scrubbed.length > 300 ? `${scrubbed.slice(0, 300)}…` : scrubbed
  return start
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\p{C}/gu, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
