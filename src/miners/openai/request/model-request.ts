import type { Message, Question } from '../../../plugin/miner.js'
import type { OpenAISettings } from '../settings/settings.js'
import { isReasoningModel, messageFields, questionFields, seedField, tokenLimitField } from './fields.js'

/** A request to the API; `stream` asks for a streamed answer. */
export type ChatRequest = {
  readonly path: '/chat/completions' | '/completions' | '/embeddings'
  readonly body: Readonly<Record<string, unknown>> & { readonly stream?: boolean }
}

type Sampling = Pick<
  OpenAISettings,
  'temperature' | 'topP' | 'presencePenalty' | 'frequencyPenalty' | 'reasoningEffort'
>

type RequestOptions = {
  readonly isOpenAI: boolean
  /** the API's names of the parameters to leave out */
  readonly refused: ReadonlySet<string>
  /** the answer is relayed byte by byte: one choice, streamed, with usage */
  readonly isRelay: boolean
}

/**
 * Builds the request for one answer. Leaves out settings that are null and parameters that the model refuses. When
 * `stream` is refused, asks for a whole answer. The limit of an answer's length has two names, and is left out when both
 * are refused.
 *
 * @param config the settings for this question; a relay ignores those that would change the distribution of tokens
 */
export function modelRequest(
  config: OpenAISettings,
  question: Question,
  { isOpenAI, refused, isRelay }: RequestOptions,
): ChatRequest {
  const { api, model, maxTokens, extra } = config
  const n = isRelay ? null : config.n
  const stream = (n ?? 1) === 1 && !refused.has('stream')
  const conversation = isRelay ? question.messages : withSystemPrompt(question.messages, config.systemPrompt)
  const limit = api === 'chat' ? tokenLimitField(model, { isOpenAI }) : 'max_tokens'
  const usage = { stream_options: { include_usage: true } }
  const parameters = {
    n,
    [refused.has(limit) && api === 'chat' ? otherLimit(limit) : limit]: maxTokens,
    ...(api === 'chat' ? { reasoning_effort: config.reasoningEffort } : { suffix: config.suffix }),
    ...sampling(isRelay ? relaySampling(config) : config, isOpenAI && isReasoningModel(model)),
    seed: config.seed,
    stop: config.stop.length > 0 ? config.stop : null,
    top_k: config.topK,
    min_p: config.minP,
    ...usage,
    ...extra,
    ...(isRelay && bendingFields),
    // The caller of a relay reads the usage, whatever else the operator asks for.
    ...(isRelay && { stream_options: { ...asObject(extra?.stream_options), ...usage.stream_options } }),
    // Servers refuse it without a stream, and the `extra` table may set it.
    ...(!stream && { stream_options: null }),
    ...(api === 'chat' ? questionFields(question) : seedField(question)),
  }
  const sent = Object.entries(parameters).filter(([name, value]) => value != null && !refused.has(name))
  const input = api === 'chat' ? { messages: conversation.map(messageFields) } : { prompt: promptOf(conversation) }
  return {
    path: api === 'chat' ? '/chat/completions' : '/completions',
    body: { model, ...input, ...Object.fromEntries(sent), stream },
  }
}

/**
 * Returns the sampling settings that a relay sends. The caller of a relay compares its tokens with those of another copy
 * of the model, so settings must not change their distribution.
 */
function relaySampling({ temperature, reasoningEffort }: OpenAISettings): Sampling {
  return { temperature, reasoningEffort, topP: null, presencePenalty: null, frequencyPenalty: null }
}

/** Fields that a relay sends neither from their settings nor from `extra`, because they change the distribution of tokens. */
const bendingFields = { stop: null, top_k: null, min_p: null }

function sampling(config: Sampling, isReasoning: boolean) {
  const { temperature, topP, presencePenalty, frequencyPenalty, reasoningEffort } = config
  if (isReasoning) return reasoningEffort === 'none' ? { temperature, top_p: topP } : {}
  return { temperature, top_p: topP, presence_penalty: presencePenalty, frequency_penalty: frequencyPenalty }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function otherLimit(limit: string): string {
  return limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
}

function withSystemPrompt(messages: readonly Message[], content: string | undefined): readonly Message[] {
  const hasInstructions = messages.some(({ role }) => role === 'system' || role === 'developer')
  return content === undefined || hasInstructions ? messages : [{ role: 'system', content }, ...messages]
}

/** Joins messages without roles: a base model continues its input, and with roles in it would write lines for all of them. */
function promptOf(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join('\n\n')
}
