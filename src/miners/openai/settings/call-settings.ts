import type { Sdk } from '../../../plugin/sdk.js'

/**
 * The settings of one call of a model, without defaults: the plain settings have all of them, and an endpoint may
 * override each. `null` means: do not send it, or wait until the deadline.
 */
export const callSettings = (z: Sdk['z']) => {
  // Only characters that a header can carry (otherwise `fetch` throws an error that quotes the value), and that quoting
  // does not change (otherwise the value could not be found and redacted in an upstream's text).
  const header = () =>
    z
      .string()
      .trim()
      .regex(/^(?:(?!["'\\])[!-~])+$/, 'must be printable ASCII without spaces, quotes and backslashes')
  const wait = () => z.number().int().min(1).max(3_600_000).meta({ unit: 'duration' }).nullable()

  return {
    model: z.string().min(1).describe('the model to ask').meta({ short: 'm' }),
    maxTokens: z.number().int().min(1).nullable().describe('most tokens of an answer'),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .nullable()
      .describe(
        "randomness of the model's choice of words; not sent to OpenAI's reasoning models while they reason, which refuse it",
      ),
    topP: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('the model chooses among the most likely tokens up to this total probability'),
    topK: z
      .number()
      .int()
      .min(-1)
      .nullable()
      .describe("the model chooses among this many most likely tokens; not part of OpenAI's API, but of most others"),
    minP: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe(
        "the model chooses among tokens at least this probable, compared with the most likely one; not part of OpenAI's API",
      ),
    seed: z
      .number()
      .int()
      .nullable()
      .describe("makes an answer repeatable, as far as the endpoint can; a question's own seed is sent instead"),
    stop: z.array(z.string().min(1)).describe('texts that end an answer, which does not include them'),
    n: z
      .number()
      .int()
      .min(1)
      .max(128)
      .nullable()
      .describe(
        'answers to generate, all of them billed; the first complete one is returned, and above 1 answers are not streamed',
      ),
    presencePenalty: z.number().min(-2).max(2).nullable().describe('above 0: new subjects become more likely'),
    frequencyPenalty: z.number().min(-2).max(2).nullable().describe('above 0: fewer repeated words'),
    reasoningEffort: z
      .string()
      .regex(/^[a-z]+$/, 'must be a lowercase word')
      .describe(
        'how much a reasoning model thinks: none, minimal, low, medium, high or xhigh, as far as the model supports it',
      ),
    systemPrompt: z
      .string()
      .min(1)
      .describe('put before a conversation that has no system message')
      .meta({ short: 's' }),
    api: z
      .enum(['chat', 'completions'])
      .describe('completions for base and fill-in models, which continue the messages, joined by blank lines'),
    suffix: z.string().min(1).describe('text after the completion, for fill-in models; only with --api completions'),
    extra: z
      .record(z.string(), z.unknown())
      .describe(
        'more fields of the request, sent unchanged: tables, lists, texts, numbers; fields that have a setting must use it',
      ),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .refine(hasNoUser, 'must not contain a user or password: use the API key')
      .describe("any OpenAI-compatible endpoint, usually ending in /v1; OpenAI's own when omitted")
      .meta({ env: ['OPENAI_BASE_URL'] }),
    apiKey: header()
      .describe("the key, or where to read it: env:NAME or file:PATH; only OpenAI's own endpoint requires one")
      .meta({ secret: true, env: ['OPENAI_API_KEY'] }),
    organization: header()
      .describe('the organization that is billed')
      .meta({ env: ['OPENAI_ORG_ID'] }),
    project: header()
      .describe('the project that is billed')
      .meta({ env: ['OPENAI_PROJECT_ID'] }),
    connectTimeout: wait().describe('how long connecting may take, including DNS and TLS'),
    firstTokenTimeout: wait().describe('how long the first token of a stream may take, reasoning tokens included'),
    idleTimeout: wait().describe('longest gap between two tokens of an answer'),
  }
}

/** `fetch` rejects an address with a user, with an error that quotes the password. */
function hasNoUser(url: string): boolean {
  const parsed = URL.parse(url)
  return !parsed?.username && !parsed?.password
}
