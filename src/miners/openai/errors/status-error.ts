import { NoAnswer, type NoAnswerReason } from '../../../plugin/no-answer.js'
import { settingOfField } from '../settings/setting-names.js'
import { type ApiError, type ErrorResponse, isRedirect, readApiError } from './api-error.js'
import { isLoading } from './loading.js'
import type { ModelCode } from './model-code.js'
import { retryAfterMs } from './retry-after.js'
import { isTooLong } from './too-long.js'
import { sanitizeText, type Upstream } from './upstream.js'
import { isWrongModel } from './wrong-model.js'

/**
 * Translates an endpoint's error for the operator. Includes the endpoint's own message, sanitized and cut, except for a
 * 401, whose message shows parts of the key.
 */
export function statusError(response: ErrorResponse, upstream: Upstream): NoAnswer {
  const { name, model, secrets } = upstream
  const error = readApiError(response)
  const {
    code,
    what,
    hint,
    reason = 'upstream',
    misuse = false,
    omitsMessage = false,
  } = meanings.find(({ matches }) => matches(error))!
  const status = error.status === undefined ? '' : ` (${error.status})`
  const message = omitsMessage ? '' : sanitizeText(error.message, secrets)
  const retry = retryAfterMs(response)
  const parts = { ...error, param: sanitizeText(error.param, secrets) }
  return new NoAnswer(reason, `${name} ${what(parts, model)}${status}${message && `: ${message}`}`, {
    code,
    hint: cutHint(upstream, error) ?? (typeof hint === 'string' ? hint : hint(upstream, error)),
    misuse,
    ...(retry !== undefined && { retryAfterMs: retry }),
  })
}

type Meaning = {
  readonly matches: (error: ApiError) => boolean
  readonly code: ModelCode
  /** after the endpoint's name */
  readonly what: (error: ApiError, model: string) => string
  readonly hint: string | ((upstream: Upstream, error: ApiError) => string)
  readonly reason?: NoAnswerReason
  readonly misuse?: boolean
  /** leave out the endpoint's own message */
  readonly omitsMessage?: boolean
}

/** The first that matches applies; the last always matches. */
const meanings: readonly Meaning[] = [
  {
    matches: ({ status, code, message }) =>
      status === 401 || code === 'invalid_api_key' || (status === 400 && unknownKey.test(message)),
    code: 'MODEL_KEY_REFUSED',
    what: () => 'refuses the API key, or requires one',
    hint: ({ keySetting }) => `check ${keySetting}, and that the key belongs to this endpoint`,
    misuse: true,
    omitsMessage: true,
  },
  {
    matches: ({ status, code }) => status === 402 || code === 'insufficient_quota',
    code: 'MODEL_QUOTA',
    what: () => 'refuses because the account has no credit or quota left',
    hint: 'check plan, balance and limits of the account; waiting does not help',
  },
  {
    // Before the rate limit: OpenAI and Groq give a request that exceeds it alone the code of a rate limit.
    matches: isTooLong,
    code: 'MODEL_TOO_LONG',
    what: (_, model) => `says the conversation is too long for ${model}`,
    hint: ({ setting }) => `choose a ${setting('model')} with a longer context, or lower ${setting('maxTokens')}`,
    reason: 'tooLong',
    misuse: true,
  },
  {
    matches: ({ status, code }) => status === 429 || code === 'rate_limit_exceeded',
    code: 'MODEL_RATE_LIMITED',
    what: () => 'refuses because of its rate limit',
    hint: 'send fewer questions at once (miner serve --concurrency), or have the limit of the account raised',
    reason: 'busy',
  },
  {
    matches: isLoading,
    code: 'MODEL_LOADING',
    what: (_, model) => `is still loading ${model}`,
    hint: 'wait until the endpoint has loaded it',
    reason: 'loading',
  },
  {
    matches: ({ code }) => code === 'content_filter' || code === 'content_policy_violation',
    code: 'MODEL_REFUSED',
    what: () => 'refuses the content of the conversation',
    hint: ({ setting }) => `the settings are fine; another ${setting('model')} may answer`,
  },
  {
    matches: ({ status }) => status === 403,
    code: 'MODEL_FORBIDDEN',
    what: (_, model) => `does not let this key use ${model}`,
    hint: 'check which models the key, its project and this country have access to',
    misuse: true,
  },
  {
    matches: isWrongModel,
    code: 'MODEL_NOT_FOUND',
    what: (_, model) => `has no model ${model}`,
    hint: ({ setting }) => `set ${setting('model')} to one that is available at this endpoint with this key`,
    misuse: true,
  },
  {
    matches: ({ status }) => status === 404,
    code: 'MODEL_NOT_FOUND',
    what: (_, model) => `has no such API at this address, or no model ${model}`,
    hint: ({ setting }) => `check ${setting('baseUrl')}, which usually ends in /v1, and ${setting('model')}`,
    misuse: true,
  },
  {
    matches: ({ status }) => isRedirect(status),
    code: 'MODEL_REDIRECTED',
    what: () => 'redirects to another address',
    hint: ({ setting }) => `set ${setting('baseUrl')} to the address of the API; redirects are not followed`,
    misuse: true,
  },
  {
    matches: ({ status = 0, message }) =>
      (status >= 400 && status < 500 && status !== 408 && status !== 409) || isTypeError(message),
    code: 'MODEL_BAD_REQUEST',
    what: ({ param }) => `refuses the request${param && `, parameter ${param}`}`,
    hint: wrongValueHint,
    misuse: true,
  },
  {
    matches: () => true,
    code: 'MODEL_FAILED',
    what: () => 'failed',
    hint: ({ setting }, { status, message }) =>
      status === 500 && /^(Internal Server Error)?$/i.test(message.trim())
        ? `see the log of the endpoint, and try again; some servers answer so when they lack the model: check ${setting('model')}`
        : 'see the log or the status page of the endpoint, and try again',
  },
]

/** Whether llama.cpp, with status 500, says that a field has a value of another type. */
function isTypeError(message: string): boolean {
  return /\[json\.exception\.type_error/.test(message.slice(0, 300))
}

/** Where the address may be wrong, names the part of it that is too much. */
function cutHint({ surplus, setting }: Upstream, { status, code }: ApiError): string | undefined {
  // A status is missing in an error that comes with 200, as LM Studio answers to an unknown path.
  const isOfAddress = status === undefined || status === 404 || status === 405 || isRedirect(status)
  return surplus !== undefined && isOfAddress && code !== 'model_not_found'
    ? `cut ${surplus} off the end of ${setting('baseUrl')}: the miner appends the path itself`
    : undefined
}

/** Names the setting behind the parameter that the error mentions, or the `extra` table, where a value is most easily wrong. */
function wrongValueHint({ setting, extraFields, extraSetting }: Upstream, { param, message }: ApiError): string {
  const isIn = (name: string) =>
    param === '' ? isMentioned(name, message.slice(0, 300)) : param.split(/[.[]/)[0] === name
  const field = extraFields.find(isIn)
  if (field !== undefined) return `set ${field} in ${extraSetting} to another value, or remove it`
  const [, key] = [...settingOfField].find(([name]) => isIn(name)) ?? []
  if (key !== undefined && param !== '') return `set ${setting(key)} to another value, or to none`
  if (key !== undefined) return `check the settings of the miner, ${setting(key)} first`
  const others = extraFields.length > 0 ? `, and the fields in ${extraSetting}` : ''
  return `check the settings of the miner${others}`
}

/** Whether a text names this field; a plain word such as `stop` only in quotes, because it may be part of a sentence. */
function isMentioned(name: string, text: string): boolean {
  const escaped = name.replace(/[^\w]/g, '\\$&')
  return new RegExp(name.includes('_') ? `\\b${escaped}\\b` : `["'\`]${escaped}["'\`]`).test(text)
}

/** Messages with 400 about an invalid key: xAI · Gemini, also for an expired key · LiteLLM without a database. */
const unknownKey = /^(Incorrect API key provided|API key (not valid|expired)|No connected db)\b/
