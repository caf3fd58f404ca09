import type { NoAnswer } from '../../../plugin/no-answer.js'
import type { ModelCode } from '../errors/model-code.js'

/**
 * The fault behind a failed attempt, which decides who may still answer; the most specific first:
 * `question` this endpoint cannot answer the question with any key; another endpoint, with another model, may ·
 * `rate` this key is over its rate limit: another key may answer, or this one later ·
 * `loading` the endpoint is loading its model: it answers later, with any key ·
 * `key` this key gets no answer here, whatever the question, until the operator mends it: another key may ·
 * `endpoint` the endpoint was unreachable or broke: another may answer, or this one again.
 */
export const faults = ['question', 'rate', 'loading', 'key', 'endpoint'] as const
export type Fault = (typeof faults)[number]

/** Returns the fault for an error's code; `endpoint` for codes that are not in the table, such as an embedder's own. */
export function faultOf({ code }: NoAnswer): Fault {
  return faultOfCode.get(code) ?? 'endpoint'
}

const faultOfModel: Readonly<Record<ModelCode, Fault>> = {
  MODEL_TOO_LONG: 'question',
  MODEL_REFUSED: 'question',
  MODEL_BAD_REQUEST: 'question',
  MODEL_UNSUPPORTED: 'question',
  MODEL_TOOL_CALL: 'question',
  MODEL_EMPTY: 'question',
  MODEL_EMPTY_LENGTH: 'question',
  MODEL_ANSWER_TOO_LARGE: 'question',
  MODEL_OVER_BUDGET: 'question',
  MODEL_UNPRICED: 'question',

  MODEL_RATE_LIMITED: 'rate',

  MODEL_LOADING: 'loading',

  MODEL_KEY_MISSING: 'key',
  MODEL_KEY_REFUSED: 'key',
  MODEL_FORBIDDEN: 'key',
  MODEL_QUOTA: 'key',
  // The same for every question: the model or the address is missing. Another key may have the model.
  MODEL_NOT_FOUND: 'key',
  MODEL_REDIRECTED: 'key',

  MODEL_UNREACHABLE: 'endpoint',
  MODEL_TLS: 'endpoint',
  MODEL_TIMEOUT: 'endpoint',
  MODEL_CONNECT_TIMEOUT: 'endpoint',
  MODEL_FIRST_TOKEN_TIMEOUT: 'endpoint',
  MODEL_STALLED: 'endpoint',
  MODEL_FAILED: 'endpoint',
  MODEL_CUT: 'endpoint',
  MODEL_UNREADABLE: 'endpoint',
}

const faultOfCode: ReadonlyMap<string, Fault> = new Map(Object.entries(faultOfModel))

/** Returns the error that tells operator and caller most; the last of equally specific ones. */
export function mostSpecific(errors: readonly NoAnswer[]): NoAnswer | undefined {
  return errors.toSorted((one, other) => rank(other) - rank(one)).at(-1)
}

function rank(error: NoAnswer): number {
  return faults.indexOf(faultOf(error))
}
