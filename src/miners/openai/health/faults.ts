import type { NoAnswer } from '../../../plugin/no-answer.js'
import type { ModelCode } from '../errors/model-code.js'

/**
 * Whose fault it is that an attempt failed, and with that who may still answer; the most telling first:
 * `question` this endpoint has no answer to it, with no key; another, with another model, may ·
 * `rate` this key has asked too often: another may, or this one later ·
 * `key` this key gets no answer here, whatever is asked, until somebody mends it: another may ·
 * `endpoint` it could not be asked or broke: another may, or this one again.
 */
export const faults = ['question', 'rate', 'key', 'endpoint'] as const
export type Fault = (typeof faults)[number]

/** What is not in the table, an embedder's own code for example, is the endpoint's. */
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

  MODEL_RATE_LIMITED: 'rate',

  MODEL_KEY_MISSING: 'key',
  MODEL_KEY_REFUSED: 'key',
  MODEL_FORBIDDEN: 'key',
  MODEL_QUOTA: 'key',
  // No question makes a model or an address appear. Keys may differ in which models they have.
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

/** The one that says most to operator and caller; of equal ones the last. */
export function mostSpecific(errors: readonly NoAnswer[]): NoAnswer | undefined {
  return errors.toSorted((one, other) => rank(other) - rank(one)).at(-1)
}

function rank(error: NoAnswer): number {
  return faults.indexOf(faultOf(error))
}
