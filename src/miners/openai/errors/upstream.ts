import { escapeAll } from '../../../text/escape.js'
import type { ModelEndpoint } from '../settings/endpoints.js'
import { settingName } from '../settings/setting-names.js'
import type { OwnSettings } from '../settings/settings.js'
import { repeatsSecret } from './repeated-secret.js'

/** An endpoint and its model, as errors describe them. */
export type Upstream = {
  /** the operator's name for it, and its host */
  readonly name: string
  /** the configured model, or the one that the question names */
  readonly model: string
  /** values that must not appear in any text */
  readonly secrets: readonly string[]
  /** the setting that holds the key */
  readonly keySetting: string
  /** returns how the operator sets it: `--max-tokens`, or `openai.endpoints[0].maxTokens` for a listed endpoint */
  setting(key: keyof OwnSettings): string
  /** names of the fields in `extra` */
  readonly extraFields: readonly string[]
  /** the path of `extra`: `openai.extra` */
  readonly extraSetting: string
  /** the end of the base URL that names a single call of the API: `/chat/completions`; undefined where there is none */
  readonly surplus: string | undefined
}

/** Describes an endpoint for errors. */
export function upstreamOf({ name, at, table, keySetting, extraSetting, config, keys }: ModelEndpoint): Upstream {
  return {
    name: name === at.host ? name : `${name} (${at.host})`,
    model: sanitizeText(config.model, []),
    secrets: keys.filter(key => key !== null),
    keySetting,
    setting: key => settingName(table, key),
    extraFields: Object.keys(config.extra ?? {}),
    extraSetting,
    surplus: surplusOf(at.baseUrl),
  }
}

/** Returns the end of an address that belongs to one call of the API, and that the miner appends itself. */
function surplusOf(baseUrl: string | null): string | undefined {
  const path = baseUrl === null ? '' : new URL(baseUrl).pathname
  return /\/(?:chat\/completions|completions|embeddings|models|responses|chat)\/*$/i.exec(path)?.[0]
}

/**
 * Makes an upstream's text safe for the operator's log: one line, at most 300 characters, unprintable characters and
 * bidirectional controls escaped, known secrets replaced by `***`. A text that repeats a secret in another form is left
 * out as a whole.
 */
export function sanitizeText(text: string, secrets: readonly string[]): string {
  // Before the cut, which could leave part of a secret behind.
  const redacted = secrets.reduce((result, secret) => result.replaceAll(secret, '***'), text)
  if (repeatsSecret(redacted.slice(0, MAX_READ), secrets)) return '(a text that repeats the API key)'
  const start = redacted.length > 300 ? `${redacted.slice(0, 300)}…` : redacted
  return start.trim().replace(/\s+/g, ' ').replace(/\p{C}/gu, escapeAll)
}

/** More than is shown: a secret that the cut divides is found by its half. */
const MAX_READ = 1024
