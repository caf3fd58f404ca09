import { asRecord, asRecords, isRecord } from './loose-json.js'

/**
 * Returns the error in a document that came with status 200, for `readApiError`; undefined when there is none.
 *
 * @param isWhole it is the whole reply: without an answer, its message is an error's
 */
export function errorInDocument(document: unknown, { isWhole }: { readonly isWhole: boolean }): unknown {
  const fields = asRecord(document)
  const { error, object, type, choices, data } = fields
  // A flag, beside the message.
  if (error === true) return document
  // Some servers send an empty error beside a good answer.
  if (!isBlank(error)) return error
  // vLLM and SGLang; Anthropic.
  if (object === 'error' || type === 'error') return document
  // OpenRouter. Another choice may still be an answer.
  const inChoices = asRecords(choices, MAX_CHOICES).map(choice => choice.error)
  if (inChoices.length > 0 && !inChoices.some(error => isBlank(error))) return inChoices[0]
  if (Array.isArray(choices) || Array.isArray(data)) return undefined
  // DashScope and MiniMax within a stream; other events without choices may carry a message, too, such as a status.
  if (!isWhole && !isErrorCode(fields.code) && !isErrorCode(asRecord(fields.base_resp).status_code)) return undefined
  const message = [fields.message, fields.detail, fields.msg, fields.error_msg, asRecord(fields.base_resp).status_msg]
  const first = message.find(value => !isBlank(value) && (typeof value === 'string' || value === fields.detail))
  return first === undefined ? undefined : { ...fields, message: first }
}

const MAX_CHOICES = 128

function isErrorCode(code: unknown): boolean {
  return typeof code === 'number'
    ? code !== 0 && (code < 200 || code > 299)
    : typeof code === 'string' && /\D/.test(code)
}

/** Whether a value says nothing: absent, empty, zero, or made of such values, two levels deep. */
function isBlank(value: unknown, depth = 2): boolean {
  if (!isRecord(value)) return !value
  return depth > 0 && Object.values(value).every(inner => isBlank(inner, depth - 1))
}
