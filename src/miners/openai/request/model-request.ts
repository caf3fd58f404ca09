import type { Message, Question } from '../../../plugin/miner.js'
import type { OpenAISettings } from '../settings/settings.js'
import { isReasoningModel, messageFields, questionFields, tokenLimitField } from './fields.js'

/** What is sent: `stream` says how it is to be answered. */
export type ChatRequest = {
  readonly path: '/chat/completions' | '/completions' | '/embeddings'
  readonly body: Readonly<Record<string, unknown>> & { readonly stream?: boolean }
}

type Sampling = Pick<
  OpenAISettings,
  'temperature' | 'topP' | 'presencePenalty' | 'frequencyPenalty' | 'reasoningEffort'
>

type How = {
  readonly isOpenAI: boolean
  /** parameters, by the names that the API has for them, that are not to be sent */
  readonly refused: ReadonlySet<string>
  /** the answer is to be given on as it comes: one choice, streamed, with its usage */
  readonly isRelay: boolean
}

/**
 * The request for one answer. A setting that is null is not in it, nor is what the model is known to refuse. Without
 * `stream` a whole answer is asked for; the bound of an answer's length has two names, and is left out when both are
 * refused.
 *
 * @param config as it holds for this question; a relay heeds none that would bend the answer
 */
export function modelRequest(
  config: OpenAISettings,
  question: Question,
  { isOpenAI, refused, isRelay }: How,
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
    ...sampling(isRelay ? unbent(config) : config, isOpenAI && isReasoningModel(model)),
    // Elsewhere it is left out: some endpoints refuse a field that they do not know, and most tell usage unasked.
    ...(stream && isOpenAI && usage),
    ...extra,
    ...(isRelay && usage),
    // Servers refuse it where there is no stream, and the extra table may have it.
    ...(!stream && { stream_options: null }),
    ...(api === 'chat' ? questionFields(question) : { seed: question.seed }),
  }
  const sent = Object.entries(parameters).filter(([name, value]) => value != null && !refused.has(name))
  const asked = api === 'chat' ? { messages: conversation.map(messageFields) } : { prompt: promptOf(conversation) }
  return {
    path: api === 'chat' ? '/chat/completions' : '/completions',
    body: { model, ...asked, ...Object.fromEntries(sent), stream },
  }
}

/**
 * Whoever wants the server's own stream holds its tokens against those of another copy of the model, so no setting may
 * bend them.
 */
function unbent({ temperature, reasoningEffort }: OpenAISettings): Sampling {
  return { temperature, reasoningEffort, topP: null, presencePenalty: null, frequencyPenalty: null }
}

function sampling(config: Sampling, isReasoning: boolean) {
  const { temperature, topP, presencePenalty, frequencyPenalty, reasoningEffort } = config
  if (isReasoning) return reasoningEffort === 'none' ? { temperature, top_p: topP } : {}
  return { temperature, top_p: topP, presence_penalty: presencePenalty, frequency_penalty: frequencyPenalty }
}

function otherLimit(limit: string): string {
  return limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
}

function withSystemPrompt(messages: readonly Message[], content: string | undefined): readonly Message[] {
  const instructed = messages.some(({ role }) => role === 'system' || role === 'developer')
  return content === undefined || instructed ? messages : [{ role: 'system', content }, ...messages]
}

/** A base model goes on with what it reads: with names of speakers in it, it would speak for all of them. */
function promptOf(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join('\n\n')
}
