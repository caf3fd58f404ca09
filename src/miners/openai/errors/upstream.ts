import { NoAnswer } from '../../../plugin/no-answer.js'
import type { OwnSettings } from '../settings/settings.js'
import type { ModelEndpoint } from '../settings/target.js'

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
    model: upstreamWords(config.model, []),
    secrets: keys.filter(key => key !== null),
    keySetting,
    setting: key => settingName(table, key),
  }
}

/** @param table as a {@link ModelEndpoint} has it */
export function settingName(table: string | null, key: keyof OwnSettings): string {
  return table === null ? `--${key.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)}` : `${table}.${key}`
}

/** @param how what is wrong with the reply, after "answered" */
export function unreadable({ name, setting }: Upstream, how: string): NoAnswer {
  return new NoAnswer('upstream', `${name} answered ${how}, which is no completion`, {
    code: 'MODEL_UNREADABLE',
    hint: `check ${setting('baseUrl')}: it names an OpenAI-compatible API and usually ends in /v1`,
  })
}

/** @param sign how it showed that there is more of the answer than came */
export function cut({ name }: Upstream, sign: string): NoAnswer {
  return new NoAnswer('upstream', `${name} broke off in the middle of its answer (${sign})`, {
    code: 'MODEL_CUT',
    hint: 'see the log of the endpoint',
  })
}

/** @param what it sent, as the object of the sentence */
export function tooLarge(what: string): NoAnswer {
  return new NoAnswer('upstream', `the endpoint sent ${what}`, {
    code: 'MODEL_ANSWER_TOO_LARGE',
    hint: 'check that its base URL is that of a chat endpoint',
  })
}

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
