import { NoAnswer } from '../../../plugin/no-answer.js'

/**
 * That an endpoint lacks a model, or does not let a key use it, as an error of what asked for that model: it says
 * nothing of the one that is configured, so neither key nor endpoint is to rest for it.
 */
export function ofThisModel(error: Error): Error {
  const isLack = error instanceof NoAnswer && (error.code === 'MODEL_NOT_FOUND' || error.code === 'MODEL_FORBIDDEN')
  if (!isLack) return error
  return new NoAnswer('unsupported', error.message, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'what was asked wants this model; have an endpoint answer that has it',
  })
}
