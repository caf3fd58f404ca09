import { NoAnswer, type NoAnswerReason } from '../../../plugin/no-answer.js'
import { settingOfField } from '../settings/setting-names.js'
import { type ApiError, type ErrorResponse, isRedirect, readApiError } from './api-error.js'
import type { ModelCode } from './model-code.js'
import { retryAfterMs } from './retry-after.js'
import { sanitizeText, type Upstream } from './upstream.js'

/** Says what it means. The endpoint's words come along scrubbed and cut, but those of a 401: they show parts of the key. */
export function statusError(answered: ErrorResponse, upstream: Upstream): NoAnswer {
  const { name, model, secrets } = upstream
  const heard = readApiError(answered)
  const {
    code,
    what,
    hint,
    reason = 'upstream',
    misuse = false,
    quiet = false,
  } = meanings.find(({ fits }) => fits(heard))!
  const status = heard.status === undefined ? '' : ` (${heard.status})`
  const words = quiet ? '' : sanitizeText(heard.words, secrets)
  const retry = retryAfterMs(answered.headers)
  return new NoAnswer(reason, `${name} ${what(heard, model)}${status}${words && `: ${words}`}`, {
    code,
    hint: typeof hint === 'string' ? hint : hint(upstream, heard),
    misuse,
    ...(retry !== undefined && { retryAfterMs: retry }),
  })
}

type Meaning = {
  readonly fits: (said: ApiError) => boolean
  readonly code: ModelCode
  /** after the endpoint's name */
  readonly what: (said: ApiError, model: string) => string
  readonly hint: string | ((upstream: Upstream, said: ApiError) => string)
  readonly reason?: NoAnswerReason
  readonly misuse?: boolean
  /** do not repeat the endpoint's words */
  readonly quiet?: boolean
}

/** The first that fits holds; the last always does. */
const meanings: readonly Meaning[] = [
  {
    fits: ({ status, code, words }) =>
      status === 401 || code === 'invalid_api_key' || (status === 400 && unknownKey.test(words)),
    code: 'MODEL_KEY_REFUSED',
    what: () => 'refuses the API key, or wants one',
    hint: ({ keySetting }) => `check ${keySetting}, and that the key belongs to this endpoint`,
    misuse: true,
    quiet: true,
  },
  {
    fits: ({ status, code }) => status === 402 || code === 'insufficient_quota',
    code: 'MODEL_QUOTA',
    what: () => 'wants to be paid first',
    hint: 'check plan, balance and limits of the account; waiting does not help',
  },
  {
    fits: ({ status, code }) => status === 429 || code === 'rate_limit_exceeded',
    code: 'MODEL_RATE_LIMITED',
    what: () => 'gets more questions than it allows',
    hint: 'lower --concurrency, or have the limit of the account raised',
    reason: 'busy',
  },
  {
    // Where there is no code for it, the words are those of vLLM.
    fits: ({ status, code, words }) =>
      status === 413 || code === 'context_length_exceeded' || (status === 400 && /maximum context length/.test(words)),
    code: 'MODEL_TOO_LONG',
    what: (_, model) => `says the conversation is too long for ${model}`,
    hint: ({ setting }) => `choose a ${setting('model')} with a longer context, or lower ${setting('maxTokens')}`,
    reason: 'tooLong',
    misuse: true,
  },
  {
    fits: ({ code }) => code === 'content_filter' || code === 'content_policy_violation',
    code: 'MODEL_REFUSED',
    what: () => 'refuses the conversation for what it says',
    hint: ({ setting }) => `nothing is wrong here; another ${setting('model')} may answer`,
  },
  {
    fits: ({ status }) => status === 403,
    code: 'MODEL_FORBIDDEN',
    what: (_, model) => `does not let this key use ${model}`,
    hint: 'check what the key, its project and this country may use',
    misuse: true,
  },
  {
    // Where there is no code for it, the words are those of LiteLLM.
    fits: ({ status, code, words }) =>
      code === 'model_not_found' ||
      (status === 404 && /model/i.test(words)) ||
      (status === 400 && /Invalid model name/.test(words)),
    code: 'MODEL_NOT_FOUND',
    what: (_, model) => `has no model ${model}`,
    hint: ({ setting }) => `set ${setting('model')} to one that this endpoint and this key have`,
    misuse: true,
  },
  {
    fits: ({ status }) => status === 404,
    code: 'MODEL_NOT_FOUND',
    what: (_, model) => `has no such API at this address, or no model ${model}`,
    hint: ({ setting }) => `check ${setting('baseUrl')}, which usually ends in /v1, and ${setting('model')}`,
    misuse: true,
  },
  {
    fits: ({ status }) => isRedirect(status),
    code: 'MODEL_REDIRECTED',
    what: () => 'sends us to another address',
    hint: ({ setting }) => `set ${setting('baseUrl')} to where the API is; redirects are not followed`,
    misuse: true,
  },
  {
    fits: ({ status = 0 }) => status >= 400 && status < 500 && status !== 408 && status !== 409,
    code: 'MODEL_BAD_REQUEST',
    what: ({ param }) => `refuses the request${param && `, parameter ${param}`}`,
    hint: ({ setting }, { param }) => {
      const key = settingOfField.get(param)
      return key ? `set ${setting(key)} to another value, or to none` : 'check the settings of the miner'
    },
    misuse: true,
  },
  {
    fits: () => true,
    code: 'MODEL_FAILED',
    what: () => 'failed',
    hint: 'see the log or the status page of the endpoint, and try again',
  },
]

/** What is said with 400 of a key that is none: by xAI · Gemini, of one that has expired, too · LiteLLM without a database. */
const unknownKey = /^(Incorrect API key provided|API key (not valid|expired)|No connected db)\b/
