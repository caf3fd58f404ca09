import type * as z from 'zod'
import type { Sdk } from '../../../plugin/sdk.js'
import { callSettings } from './call-settings.js'

/**
 * The settings of the `openai` miner; names and defaults of the sampling ones are the original's
 * (opentensor/text-prompting neurons/miners/openai/miner.py `add_args`), ranges are those of OpenAI's API reference.
 */
export const openaiSettings = (z: Sdk['z']) => {
  const call = callSettings(z)
  const endpoint = z
    .object({
      name: z
        .string()
        .regex(
          /^[\w.:/-]{1,60}$/,
          'must consist of letters, digits, dots, colons, slashes, underscores and dashes, at most 60',
        )
        .describe('its name in logs and tables; its host when omitted'),
      weight: z.number().positive().describe('its share of the questions, among neighbours with a weight'),
      apiKeys: z.array(call.apiKey).min(1).describe('keys to use, in turns'),
      ...call,
    })
    .partial()

  return z.object({
    model: call.model.default('gpt-3.5-turbo'),
    maxTokens: call.maxTokens.default(100),
    temperature: call.temperature.default(0.4),
    topP: call.topP.default(1),
    topK: call.topK.default(null),
    minP: call.minP.default(null),
    seed: call.seed.default(null),
    stop: call.stop.default([]),
    n: call.n.default(1),
    presencePenalty: call.presencePenalty.default(0.1),
    frequencyPenalty: call.frequencyPenalty.default(0.1),
    reasoningEffort: call.reasoningEffort.optional(),
    systemPrompt: call.systemPrompt.optional(),
    api: call.api.default('chat'),
    suffix: call.suffix.optional(),
    extra: call.extra.optional(),
    baseUrl: call.baseUrl.optional(),
    apiKey: call.apiKey.optional(),
    organization: call.organization.optional(),
    project: call.project.optional(),
    connectTimeout: call.connectTimeout.default(3_000),
    firstTokenTimeout: call.firstTokenTimeout.default(null),
    idleTimeout: call.idleTimeout.default(10_000),
    hedge: z
      .number()
      .int()
      .min(1)
      .max(3_600_000)
      .meta({ unit: 'duration' })
      .nullable()
      .describe(
        'ask a second endpoint or key when no token, reasoning included, has come after this long; the first of the two to answer wins',
      )
      .default(null),
    shareIdentical: z
      .boolean()
      .describe('identical questions at the same time share one answer, even at a temperature above 0')
      .default(false),
    endpoints: z
      .array(endpoint)
      .min(1)
      .describe(
        'endpoints, tried in this order; neighbours with a weight are tried in an order drawn by it; each may have its own name, apiKeys and settings, and one with its own baseUrl does not inherit a key',
      )
      .optional()
      .meta({ examples: [[{ name: 'local', baseUrl: 'http://127.0.0.1:8000/v1' }]] }),
  })
}

export type OpenAISettings = z.infer<ReturnType<typeof openaiSettings>>
/** one table of `openai.endpoints` */
export type OwnSettings = NonNullable<OpenAISettings['endpoints']>[number]
