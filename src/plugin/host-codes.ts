import type { CodeDescription, ErrorCodes } from '../text/error-codes.js'

/**
 * The one table of the codes that this program gives a `NoAnswer`: the host, and the built-in miners and dialects.
 * `misuse` as in `NoAnswer`.
 */
export const hostCodes = {
  NO_ANSWER: { meaning: 'a plugin threw a `NoAnswer` without a code', remedy: 'read its message' },
  EMPTY_ANSWER: {
    meaning: 'the miner or the dialect ended its answer without any text',
    remedy: "check the miner's model and settings: `miner check`",
  },
  ANSWER_TOO_LONG: {
    meaning: 'the answer is longer than any answer may be',
    remedy: 'lower the number of tokens that the model may use',
  },
  MINER_MISBEHAVES: {
    meaning: 'the miner returned or yielded a value that the contract does not allow',
    remedy: 'update the plugin, or report it to its author',
  },
  DIALECT_MISBEHAVES: {
    meaning: 'the dialect returned or yielded a value that the contract does not allow',
    remedy: 'update the plugin, or report it to its author',
  },
  MINER_LACKS: {
    meaning: 'the dialect asks something of the miner that the miner cannot do, and does not list it in `needs`',
    remedy: 'choose another miner with `--use`, or report it to the author of the dialect',
  },
  FETCH_FAILED: {
    meaning: 'a `fetch` of a plugin failed, took too long, or received too much',
    remedy: 'check that the service runs, and that this machine reaches it',
  },
  ASK_LATE: {
    meaning: 'the miner did not answer within the time that the dialect allows it',
    remedy: 'choose a faster model',
  },
  PROMPT_TIMEOUT: {
    meaning: '`miner prompt` received no answer within `--timeout`',
    remedy: 'allow more time with `--timeout`; `miner check` shows what is slow',
  },
  MODELS_MISSING: {
    meaning: 'the endpoint has no list of models at this address (404, 405 or 501)',
    remedy: 'check the base URL, which usually ends in `/v1`; `miner check` shows whether the configured model answers',
  },
  MODELS_TIMEOUT: {
    meaning: '`miner models` took too long',
    remedy: 'see what it waits for: `--log-level debug`',
  },
  CHECK_TIMEOUT: {
    meaning: '`miner check` took too long',
    remedy: 'see what it waits for: `--log-level debug`',
  },

  MODEL_KEY_MISSING: {
    meaning: 'the endpoint needs an API key, and none is set',
    remedy: 'set `OPENAI_API_KEY`, name another endpoint with `--base-url`, or try `--use echo`, which needs no key',
    misuse: true,
  },
  MODEL_KEY_REFUSED: {
    meaning: 'the endpoint refuses the API key, or requires one (401)',
    remedy: 'check the key, and that it belongs to this endpoint',
    misuse: true,
  },
  MODEL_FORBIDDEN: {
    meaning: 'the endpoint does not let this key use the model (403)',
    remedy: 'check what the key, its project and this country may use',
    misuse: true,
  },
  MODEL_QUOTA: {
    meaning: 'the account has used up its balance or quota (402)',
    remedy: 'check plan, balance and limits of the account; waiting does not help',
  },
  MODEL_LOADING: {
    meaning: 'the endpoint is still loading the model (503)',
    remedy: 'wait until it has loaded it; the log of the endpoint shows how far it is',
  },
  MODEL_RATE_LIMITED: {
    meaning: 'the endpoint receives more questions than it allows (429)',
    remedy: 'send fewer questions at once (`miner serve --concurrency`), or have the limit of the account raised',
  },
  MODEL_NOT_FOUND: {
    meaning: 'the endpoint does not have the model, or no such API at this address (404)',
    remedy: 'check the model and the base URL, which usually ends in `/v1`',
    misuse: true,
  },
  MODEL_REDIRECTED: {
    meaning: 'the endpoint redirects to another address; redirects are not followed',
    remedy: 'set the base URL to where the API is',
    misuse: true,
  },
  MODEL_BAD_REQUEST: {
    meaning: 'the endpoint refuses the request or one of its parameters (400)',
    remedy: 'set the parameter that the message names to another value, or to `none`',
    misuse: true,
  },
  MODEL_TOO_LONG: {
    meaning: 'the conversation is too long for the model',
    remedy: 'choose a model with a longer context, or lower the number of tokens that it may use',
    misuse: true,
  },
  MODEL_UNSUPPORTED: {
    meaning: 'the model, or the API that is set, lacks what the question needs',
    remedy: 'use another model or endpoint',
  },
  MODEL_OVER_BUDGET: {
    meaning: 'the budget of the day leaves too little for the most that the answer may cost',
    remedy: 'raise `--budget`, lower the number of tokens that the model may use, or wait for the next day (UTC)',
  },
  MODEL_UNPRICED: {
    meaning: 'the question names a model without a price, and there is a budget',
    remedy: 'give its price in the table `[prices]` of the configuration file',
  },
  MODEL_REFUSED: {
    meaning: 'the model, or a filter of the endpoint, refuses to answer this conversation',
    remedy: 'nothing is wrong here; another model may answer',
  },
  MODEL_TOOL_CALL: {
    meaning: 'the model calls a tool that the question does not offer',
    remedy: 'choose a model or endpoint without tools of its own',
  },
  MODEL_EMPTY: {
    meaning: 'the model returned no text',
    remedy: 'try another model, or other sampling settings',
  },
  MODEL_EMPTY_LENGTH: {
    meaning: 'the model used up its tokens before the first word',
    remedy: 'raise the number of tokens: the thoughts of a reasoning model count, too',
  },
  MODEL_UNREACHABLE: {
    meaning: 'the endpoint cannot be resolved or connected to',
    remedy: 'check that it runs, the base URL, the name server and the network',
  },
  MODEL_CONNECT_TIMEOUT: {
    meaning: 'the endpoint did not accept a connection in time',
    remedy: 'check that it is up, or raise the connect timeout',
  },
  MODEL_TLS: {
    meaning: 'the TLS connection to the endpoint fails',
    remedy: 'check http or https in the base URL; `NODE_EXTRA_CA_CERTS` trusts a certificate of your own',
  },
  MODEL_TIMEOUT: {
    meaning: 'the whole answer did not arrive in time',
    remedy: 'lower the number of tokens, or choose a faster model; check that the endpoint is not overloaded',
  },
  MODEL_FIRST_TOKEN_TIMEOUT: {
    meaning: 'the first token did not arrive in time',
    remedy: 'choose a faster model, or raise the first-token timeout',
  },
  MODEL_STALLED: {
    meaning: 'the model stopped in the middle of its answer',
    remedy: 'see the log of the endpoint, or raise the idle timeout',
  },
  MODEL_CUT: {
    meaning: 'the endpoint closed the connection in the middle of its answer',
    remedy: 'see the log of the endpoint',
  },
  MODEL_UNREADABLE: {
    meaning: 'the reply of the endpoint is not a completion',
    remedy: 'check the base URL: it names an OpenAI-compatible API and usually ends in `/v1`',
  },
  MODEL_ANSWER_TOO_LARGE: {
    meaning: 'the reply of the endpoint is larger than any completion',
    remedy: 'check that the base URL is that of a chat endpoint',
  },
  MODEL_FAILED: {
    meaning: 'the endpoint failed (500 and above), or the call to it did',
    remedy: 'see the log or the status page of the endpoint, and try again',
  },
  HEDGE_LOST: {
    meaning: 'in `attempts`: another endpoint, asked at the same time, answered first',
    remedy: 'nothing is wrong',
    fatal: false,
  },

  ECHO_EMPTY: {
    meaning: '`echo` was asked with an empty last message',
    remedy: 'send a message with text in it',
    misuse: true,
  },
  ANSWER_NOT_JSON: {
    meaning: "the model's answer is not a JSON object with the fields that a dialect file asks for",
    remedy: 'choose a model that follows instructions better',
  },
  TOO_FEW_TAGS: {
    meaning: '`readyai`: the model gave fewer tags than validators accept',
    remedy: 'choose a model that follows instructions better',
  },
  NO_SKILL: {
    meaning: '`readyai`: the model gave no skill with tests of its sections',
    remedy: 'choose a model that follows instructions better',
  },
  BAD_ARGUMENTS: {
    meaning: "`eastworld`: the arguments of the model's tool call are not JSON",
    remedy: 'choose a model that follows instructions better',
  },
  OTHER_MODEL: {
    meaning: '`gittensor`: the validator asks for a different model from the one that answers',
    remedy: 'serve the model of the release, under the name that the release has',
    misuse: true,
  },
  NO_MODEL_NAMED: {
    meaning: '`gittensor`: the stream of the endpoint does not name its model',
    remedy: 'choose an endpoint whose stream names the model',
  },
} satisfies Readonly<Record<string, CodeDescription & { readonly misuse?: true }>>

/** What an attempt ends with that has no error of the table above. */
export const attemptCodes = {
  ABORTED: {
    meaning: 'the attempt was no longer needed, or the caller left',
    remedy: 'nothing is wrong',
    fatal: false,
  },
  INTERNAL: {
    meaning: 'the miner failed with an unexpected error',
    remedy: 'look at `--log-level debug`, which logs the stack trace',
    fatal: false,
  },
} satisfies ErrorCodes
