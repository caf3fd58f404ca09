import type { Message } from '../../plugin/miner.js'
import { isReasoningModel } from './reasoning-model.js'
import type { OpenAISettings } from './settings.js'
import { tokenLimitField } from './token-limit-field.js'

/** What is sent: `stream` says how it is to be answered. */
export type ModelRequest = {
  readonly path: '/chat/completions' | '/completions'
  readonly body: Readonly<Record<string, unknown>> & { readonly stream: boolean }
}

/**
 * The request for one answer. A setting that is null is not in it, nor is what the model is known to refuse.
 *
 * @param refused parameters, by the names that the API has for them, that are not to be sent. Without `stream` a whole
 *   answer is asked for; the bound of an answer's length has two names, and is left out when both are refused.
 */
export function modelRequest(
  config: OpenAISettings,
  messages: readonly Message[],
  { isOpenAI, refused }: { readonly isOpenAI: boolean; readonly refused: ReadonlySet<string> },
): ModelRequest {
  const { api, model, n, maxTokens, extra } = config
  const stream = (n ?? 1) === 1 && !refused.has('stream')
  const conversation = withSystemPrompt(messages, config.systemPrompt)
  const limit = api === 'chat' ? tokenLimitField(model, { isOpenAI }) : 'max_tokens'
  const parameters = {
    n,
    [refused.has(limit) && api === 'chat' ? otherLimit(limit) : limit]: maxTokens,
    ...(api === 'chat' ? { reasoning_effort: config.reasoningEffort } : { suffix: config.suffix }),
    ...sampling(config, isOpenAI && isReasoningModel(model)),
    // Elsewhere it is left out: some endpoints refuse a field that they do not know, and most tell usage unasked.
    ...(stream && isOpenAI && { stream_options: { include_usage: true } }),
    ...extra,
  }
  const sent = Object.entries(parameters).filter(([name, value]) => value != null && !refused.has(name))
  const question = api === 'chat' ? { messages: conversation } : { prompt: promptOf(conversation) }
  return {
    path: api === 'chat' ? '/chat/completions' : '/completions',
    body: { model, ...question, ...Object.fromEntries(sent), stream },
  }
}

function sampling(config: OpenAISettings, isReasoning: boolean) {
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
