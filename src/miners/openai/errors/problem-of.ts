import type { Check } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { ModelEndpoint } from '../settings/endpoints.js'
import { sanitizeText } from './upstream.js'

/** Describes an error as the problem of an endpoint; one that is not a {@link NoAnswer} comes from an embedder's client. */
export function problemOf(error: unknown, { keys }: ModelEndpoint): NonNullable<Check['problem']> {
  if (error instanceof NoAnswer) {
    const { code, message, hint } = error
    return { code, message, ...(hint !== undefined && { hint }) }
  }
  const text = error instanceof Error ? error.message : String(error)
  const secrets = keys.filter(key => key !== null)
  return { code: 'MODEL_FAILED', message: sanitizeText(text, secrets) }
}
