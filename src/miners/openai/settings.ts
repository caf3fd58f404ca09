import type { z } from 'zod'
import type { Sdk } from '../../plugin/define.js'

/**
 * The settings of the `openai` miner; names and defaults of the sampling ones are the original's
 * (opentensor/text-prompting neurons/miners/openai/miner.py `add_args`), ranges are those of OpenAI's API reference.
 * `null` means: do not send it.
 */
export const openaiSettings = (z: Sdk['z']) => {
  // What a header can carry (else `fetch` throws an error that quotes it), and what looks the same when it is quoted
  // (else it could not be found in an upstream's words, and taken out).
  const header = () =>
    z
      .string()
      .trim()
      .regex(/^(?:(?!["'\\])[!-~])+$/, 'must be printable ASCII without spaces, quotes and backslashes')

  return z.object({
    model: z.string().min(1).default('gpt-3.5-turbo').describe('which model answers'),
    maxTokens: z.number().int().min(1).nullable().default(100).describe('most tokens of an answer'),
    temperature: z.number().min(0).max(2).nullable().default(0.4).describe('how freely the model chooses its words'),
    topP: z.number().min(0).max(1).nullable().default(1).describe('share of likely words the model chooses among'),
    n: z
      .number()
      .int()
      .min(1)
      .max(128)
      .nullable()
      .default(1)
      .describe(
        'answers to draw, all of them paid for; the first complete one is given, and nothing is streamed above 1',
      ),
    presencePenalty: z.number().min(-2).max(2).nullable().default(0.1).describe('above 0: rather new subjects'),
    frequencyPenalty: z.number().min(-2).max(2).nullable().default(0.1).describe('above 0: fewer repeated words'),
    systemPrompt: z.string().min(1).optional().describe('put before a conversation that has no system message'),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .refine(hasNoUser, 'must not carry a user or password: use the API key')
      .optional()
      .describe("any OpenAI-compatible endpoint, usually ending in /v1; OpenAI's own when left out")
      .meta({ env: ['OPENAI_BASE_URL'] }),
    apiKey: header()
      .optional()
      .describe("not needed for an endpoint that is not OpenAI's")
      .meta({ secret: true, env: ['OPENAI_API_KEY'] }),
    organization: header()
      .optional()
      .describe('which organization pays')
      .meta({ env: ['OPENAI_ORG_ID'] }),
    project: header()
      .optional()
      .describe('which project pays')
      .meta({ env: ['OPENAI_PROJECT_ID'] }),
  })
}

export type OpenAISettings = z.infer<ReturnType<typeof openaiSettings>>

/** `fetch` refuses such an address, with an error that quotes the password. */
function hasNoUser(url: string): boolean {
  const parsed = URL.parse(url)
  return !parsed?.username && !parsed?.password
}
