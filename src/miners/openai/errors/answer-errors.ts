import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Upstream } from './upstream.js'

/**
 * Makes the error for a model that lacks a feature which one question needs, and may answer other questions.
 *
 * @param lack what it does not do, after its name: `takes no tools`
 * @param message the endpoint's own, if there is one
 */
export function unsupported({ name, model }: Upstream, lack: string, message = ''): NoAnswer {
  return new NoAnswer('unsupported', `${model} at ${name} ${lack}${message && `: ${message}`}`, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'the question needs it; add another model or endpoint that has it',
  })
}

/**
 * Turns "no such model" and "key may not use the model" into `MODEL_UNSUPPORTED` when a question, not the configuration,
 * named the model: the error says nothing about the configured model, so neither key nor endpoint rests for it.
 */
export function asUnsupportedModel(error: Error): Error {
  const isLack = error instanceof NoAnswer && (error.code === 'MODEL_NOT_FOUND' || error.code === 'MODEL_FORBIDDEN')
  if (!isLack) return error
  return new NoAnswer('unsupported', error.message, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'the question names this model; add an endpoint that has it',
  })
}

/**
 * Makes the error for a reply that is not a completion.
 *
 * @param how what is wrong with the reply, after "answered"
 */
export function unreadableAnswer({ name, setting, surplus }: Upstream, how: string): NoAnswer {
  return new NoAnswer('upstream', `${name} answered ${how}, which is not a completion`, {
    code: 'MODEL_UNREADABLE',
    hint: surplus
      ? `cut ${surplus} off the end of ${setting('baseUrl')}: the miner appends the path itself`
      : `check ${setting('baseUrl')}: it names an OpenAI-compatible API and usually ends in /v1`,
  })
}

/**
 * Makes the error for an answer that broke off.
 *
 * @param sign what shows that the answer is incomplete
 */
export function truncatedAnswer({ name }: Upstream, sign: string): NoAnswer {
  return new NoAnswer('upstream', `${name} broke off in the middle of its answer (${sign})`, {
    code: 'MODEL_CUT',
    hint: 'see the log of the endpoint',
  })
}

/**
 * Makes the error for a reply beyond a size limit.
 *
 * @param what the object of the sentence: `an event of more than …`
 */
export function answerTooLarge(what: string): NoAnswer {
  return new NoAnswer('upstream', `the endpoint sent ${what}`, {
    code: 'MODEL_ANSWER_TOO_LARGE',
    hint: 'check that its base URL is that of a chat endpoint',
  })
}
