import type { NoAnswer } from '../../../plugin/no-answer.js'
import { isUnconnected } from './connection-error.js'
import type { ModelCode } from './model-code.js'

/**
 * Whether an attempt without a token cost nothing: the endpoint received no request, or refused it with a status before its
 * model began. Vendors charge for tokens. All other failures may have cost something: a server that fails or falls silent may
 * have read the prompt, and a model that ends without a word has.
 */
export function costsNothing(error: NoAnswer): boolean {
  return refusedFirst.has(error.code) || isUnconnected(error)
}

const refusedFirst: ReadonlySet<string> = new Set<ModelCode>([
  'MODEL_KEY_MISSING',
  'MODEL_KEY_REFUSED',
  'MODEL_FORBIDDEN',
  'MODEL_QUOTA',
  'MODEL_LOADING',
  'MODEL_RATE_LIMITED',
  'MODEL_NOT_FOUND',
  'MODEL_REDIRECTED',
  'MODEL_BAD_REQUEST',
  'MODEL_TOO_LONG',
])
