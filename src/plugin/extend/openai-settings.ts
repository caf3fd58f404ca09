import type {
  ZodArray,
  ZodBoolean,
  ZodDefault,
  ZodEnum,
  ZodNullable,
  ZodNumber,
  ZodObject,
  ZodOptional,
  ZodRecord,
  ZodString,
  ZodUnknown,
  ZodURL,
} from 'zod'

/** The settings of the built-in `openai` miner; docs/configuration.md explains each. */
export type OpenAISettingsSchema = ZodObject<{
  model: ZodDefault<ZodString>
  maxTokens: ZodDefault<ZodNullable<ZodNumber>>
  temperature: ZodDefault<ZodNullable<ZodNumber>>
  topP: ZodDefault<ZodNullable<ZodNumber>>
  topK: ZodDefault<ZodNullable<ZodNumber>>
  minP: ZodDefault<ZodNullable<ZodNumber>>
  seed: ZodDefault<ZodNullable<ZodNumber>>
  stop: ZodDefault<ZodArray<ZodString>>
  n: ZodDefault<ZodNullable<ZodNumber>>
  presencePenalty: ZodDefault<ZodNullable<ZodNumber>>
  frequencyPenalty: ZodDefault<ZodNullable<ZodNumber>>
  reasoningEffort: ZodOptional<ZodString>
  systemPrompt: ZodOptional<ZodString>
  api: ZodDefault<ZodEnum<{ chat: 'chat'; completions: 'completions' }>>
  suffix: ZodOptional<ZodString>
  extra: ZodOptional<ZodRecord<ZodString, ZodUnknown>>
  baseUrl: ZodOptional<ZodURL>
  apiKey: ZodOptional<ZodString>
  organization: ZodOptional<ZodString>
  project: ZodOptional<ZodString>
  connectTimeout: ZodDefault<ZodNullable<ZodNumber>>
  firstTokenTimeout: ZodDefault<ZodNullable<ZodNumber>>
  idleTimeout: ZodDefault<ZodNullable<ZodNumber>>
  hedge: ZodDefault<ZodNullable<ZodNumber>>
  shareIdentical: ZodDefault<ZodBoolean>
  endpoints: ZodOptional<ZodArray<ZodObject<OpenAIEndpointShape>>>
}>

/** A table of `endpoints`: its settings override the plain ones. */
export type OpenAIEndpointShape = {
  name: ZodOptional<ZodString>
  weight: ZodOptional<ZodNumber>
  apiKeys: ZodOptional<ZodArray<ZodString>>
  model: ZodOptional<ZodString>
  maxTokens: ZodOptional<ZodNullable<ZodNumber>>
  temperature: ZodOptional<ZodNullable<ZodNumber>>
  topP: ZodOptional<ZodNullable<ZodNumber>>
  topK: ZodOptional<ZodNullable<ZodNumber>>
  minP: ZodOptional<ZodNullable<ZodNumber>>
  seed: ZodOptional<ZodNullable<ZodNumber>>
  stop: ZodOptional<ZodArray<ZodString>>
  n: ZodOptional<ZodNullable<ZodNumber>>
  presencePenalty: ZodOptional<ZodNullable<ZodNumber>>
  frequencyPenalty: ZodOptional<ZodNullable<ZodNumber>>
  reasoningEffort: ZodOptional<ZodString>
  systemPrompt: ZodOptional<ZodString>
  api: ZodOptional<ZodEnum<{ chat: 'chat'; completions: 'completions' }>>
  suffix: ZodOptional<ZodString>
  extra: ZodOptional<ZodRecord<ZodString, ZodUnknown>>
  baseUrl: ZodOptional<ZodURL>
  apiKey: ZodOptional<ZodString>
  organization: ZodOptional<ZodString>
  project: ZodOptional<ZodString>
  connectTimeout: ZodOptional<ZodNullable<ZodNumber>>
  firstTokenTimeout: ZodOptional<ZodNullable<ZodNumber>>
  idleTimeout: ZodOptional<ZodNullable<ZodNumber>>
}
