import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Upstream } from './upstream.js'

/**
 * A model that cannot do what one question wants of it, and may answer others well.
 *
 * @param lack what it does not do, after its name: `takes no tools`
 * @param words its own, if it said any
 */
export function unsupported({ name, model }: Upstream, lack: string, words = ''): NoAnswer {
  return new NoAnswer('unsupported', `${model} at ${name} ${lack}${words && `: ${words}`}`, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'what was asked wants it; have another model or endpoint answer',
  })
}

/**
 * That an endpoint lacks a model, or does not let a key use it, as an error of what asked for that model: it says
 * nothing of the one that is configured, so neither key nor endpoint is to rest for it.
 */
export function asUnsupportedModel(error: Error): Error {
  const isLack = error instanceof NoAnswer && (error.code === 'MODEL_NOT_FOUND' || error.code === 'MODEL_FORBIDDEN')
  if (!isLack) return error
  return new NoAnswer('unsupported', error.message, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'what was asked wants this model; have an endpoint answer that has it',
  })
}

/** @param how what is wrong with the reply, after "answered" */
export function unreadableAnswer({ name, setting }: Upstream, how: string): NoAnswer {
  return new NoAnswer('upstream', `${name} answered ${how}, which is no completion`, {
    code: 'MODEL_UNREADABLE',
    hint: `check ${setting('baseUrl')}: it names an OpenAI-compatible API and usually ends in /v1`,
  })
}

/** @param sign how it showed that there is more of the answer than came */
export function truncatedAnswer({ name }: Upstream, sign: string): NoAnswer {
  return new NoAnswer('upstream', `${name} broke off in the middle of its answer (${sign})`, {
    code: 'MODEL_CUT',
    hint: 'see the log of the endpoint',
  })
}

/** @param what it sent, as the object of the sentence */
export function answerTooLarge(what: string): NoAnswer {
  return new NoAnswer('upstream', `the endpoint sent ${what}`, {
    code: 'MODEL_ANSWER_TOO_LARGE',
    hint: 'check that its base URL is that of a chat endpoint',
  })
}
