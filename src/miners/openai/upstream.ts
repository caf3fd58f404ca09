import { NoAnswer } from '../../plugin/no-answer.js'

/** Who is asked, as errors need it. */
export type Upstream = {
  readonly host: string
  /** as configured */
  readonly model: string
  /** values that must not show up in any text */
  readonly secrets: readonly string[]
}

/** @param how what is wrong with the reply, after "answered" */
export function unreadable({ host }: Upstream, how: string): NoAnswer {
  return new NoAnswer('upstream', `${host} answered ${how}, which is no completion`, {
    code: 'MODEL_UNREADABLE',
    hint: 'check --base-url: it names an OpenAI-compatible API and usually ends in /v1',
  })
}

/** @param sign how it showed that there is more of the answer than came */
export function cut({ host }: Upstream, sign: string): NoAnswer {
  return new NoAnswer('upstream', `${host} broke off in the middle of its answer (${sign})`, {
    code: 'MODEL_CUT',
    hint: 'see the log of the endpoint',
  })
}

/** @param what it sent, as the object of the sentence */
export function tooLarge(what: string): NoAnswer {
  return new NoAnswer('upstream', `the endpoint sent ${what}`, {
    code: 'MODEL_ANSWER_TOO_LARGE',
    hint: 'check that --base-url is a chat endpoint',
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
