import type { Sdk } from '../../../plugin/sdk.js'

/**
 * The settings of one call of a model, without their defaults: the plain settings have all of them, and each endpoint
 * may have its own. `null` means: do not send it, or wait until the deadline.
 */
export const callSettings = (z: Sdk['z']) => {
  // What a header can carry (else `fetch` throws an error that quotes it), and what looks the same when it is quoted
  // (else it could not be found in an upstream's words, and taken out).
  const header = () =>
    z
      .string()
      .trim()
      .regex(/^(?:(?!["'\\])[!-~])+$/, 'must be printable ASCII without spaces, quotes and backslashes')
  const wait = () => z.number().int().min(1).max(3_600_000).meta({ unit: 'duration' }).nullable()

  return {
    model: z.string().min(1).describe('which model answers'),
    maxTokens: z.number().int().min(1).nullable().describe('most tokens of an answer'),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .nullable()
      .describe(
        "how freely the model chooses its words; not sent to OpenAI's reasoning models while they reason, which refuse it",
      ),
    topP: z.number().min(0).max(1).nullable().describe('share of likely words the model chooses among'),
    n: z
      .number()
      .int()
      .min(1)
      .max(128)
      .nullable()
      .describe(
        'answers to draw, all of them paid for; the first complete one is given, and nothing is streamed above 1',
      ),
    presencePenalty: z.number().min(-2).max(2).nullable().describe('above 0: rather new subjects'),
    frequencyPenalty: z.number().min(-2).max(2).nullable().describe('above 0: fewer repeated words'),
    reasoningEffort: z
      .string()
      .regex(/^[a-z]+$/, 'must be a word in small letters')
      .describe(
        'how long a model that reasons may think: none, minimal, low, medium, high or xhigh, as the model has it',
      ),
    systemPrompt: z.string().min(1).describe('put before a conversation that has no system message'),
    api: z
      .enum(['chat', 'completions'])
      .describe('completions for base and fill-in models, which continue the messages, joined by blank lines'),
    suffix: z.string().min(1).describe('text after the completion, for fill-in models; with --api completions only'),
    extra: z
      .record(z.string(), z.unknown())
      .describe(
        'more fields of the request, passed through as they are: tables, lists, texts, numbers; those that have a setting are set by that',
      ),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .refine(hasNoUser, 'must not carry a user or password: use the API key')
      .describe("any OpenAI-compatible endpoint, usually ending in /v1; OpenAI's own when left out")
      .meta({ env: ['OPENAI_BASE_URL'] }),
    apiKey: header()
      .describe("the key, or where it is: env:NAME or file:PATH; not needed for an endpoint that is not OpenAI's")
      .meta({ secret: true, env: ['OPENAI_API_KEY'] }),
    organization: header()
      .describe('which organization pays')
      .meta({ env: ['OPENAI_ORG_ID'] }),
    project: header()
      .describe('which project pays')
      .meta({ env: ['OPENAI_PROJECT_ID'] }),
    connectTimeout: wait().describe('how long connecting may take, name look-up and TLS included'),
    firstTokenTimeout: wait().describe('how long the first token of a stream may take, thoughts included'),
    idleTimeout: wait().describe('how long a model that has begun to speak may be silent'),
  }
}

/** `fetch` refuses such an address, with an error that quotes the password. */
function hasNoUser(url: string): boolean {
  const parsed = URL.parse(url)
  return !parsed?.username && !parsed?.password
}
