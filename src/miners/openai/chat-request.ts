import type { OpenAI } from 'openai'
import type { Message } from '../../plugin/miner.js'
import type { OpenAISettings } from './settings.js'
import { tokenLimitField } from './token-limit-field.js'

/** The body of the request for one answer. A setting that is null is not in it. */
export function chatRequest(
  config: OpenAISettings,
  messages: readonly Message[],
  { isOpenAI }: { readonly isOpenAI: boolean },
): OpenAI.ChatCompletionCreateParams {
  const stream = (config.n ?? 1) === 1
  return {
    model: config.model,
    messages: withSystemPrompt(messages, config.systemPrompt),
    ...withoutNulls({
      n: config.n,
      [tokenLimitField(config.model, { isOpenAI })]: config.maxTokens,
      temperature: config.temperature,
      top_p: config.topP,
      presence_penalty: config.presencePenalty,
      frequency_penalty: config.frequencyPenalty,
    }),
    stream,
    // Elsewhere it is left out: some endpoints refuse a field that they do not know, and most tell usage unasked.
    ...(stream && isOpenAI && { stream_options: { include_usage: true } }),
  }
}

function withSystemPrompt(messages: readonly Message[], content: string | undefined): Message[] {
  const instructed = messages.some(({ role }) => role === 'system' || role === 'developer')
  return content === undefined || instructed ? [...messages] : [{ role: 'system', content }, ...messages]
}

function withoutNulls<Fields extends object>(fields: Fields) {
  const entries = Object.entries(fields).filter(([, value]) => value !== null)
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> }
}
