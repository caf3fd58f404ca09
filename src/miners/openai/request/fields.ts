import type { Message, Question, Tool, ToolCall } from '../../../plugin/miner.js'

/** Returns the fields of a chat request for what only a question can ask for, not a setting. */
export function questionFields({ seed, tools, toolChoice, responseFormat, logprobs }: Question) {
  return {
    ...seedField({ seed }),
    ...(tools?.length && {
      tools: tools.map(toolField),
      ...(toolChoice !== undefined && { tool_choice: choiceField(toolChoice) }),
    }),
    ...(responseFormat && { response_format: formatField(responseFormat) }),
    ...(logprobs && { logprobs: true, ...(logprobs.top > 0 && { top_logprobs: logprobs.top }) }),
  }
}

/** Returns the field for a question's own seed, which replaces the setting. */
export function seedField({ seed }: { readonly seed?: number | undefined }) {
  return seed === undefined ? {} : { seed }
}

function toolField({ name, description, parameters }: Tool) {
  return { type: 'function', function: { name, description, parameters } }
}

function choiceField(choice: NonNullable<Question['toolChoice']>) {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } }
}

function formatField(format: NonNullable<Question['responseFormat']>) {
  if (format === 'json') return { type: 'json_object' }
  // Not `strict`: OpenAI accepts it only for schemas without optional fields, and other servers enforce schemas anyway.
  return { type: 'json_schema', json_schema: { name: format.name, schema: format.schema } }
}

/** Returns a message in the form of the chat API. */
export function messageFields(message: Message) {
  const { role, content } = message
  if (message.role === 'tool') return { role, content, tool_call_id: message.toolCallId }
  if (!message.toolCalls?.length) return { role, content }
  // Not all servers accept an empty text beside tool calls, but all accept null.
  return { role, content: content === '' ? null : content, tool_calls: message.toolCalls.map(callFields) }
}

function callFields({ id, name, arguments: text }: ToolCall) {
  return { id, type: 'function', function: { name, arguments: text } }
}

/**
 * Returns the name of the field that bounds the length of an answer. OpenAI renamed it with o1: models since then (o1,
 * o3, o4-mini, gpt-5 …) refuse the old name, while most other hosts support only the old one.
 */
export function tokenLimitField(
  model: string,
  { isOpenAI }: { readonly isOpenAI: boolean },
): 'max_tokens' | 'max_completion_tokens' {
  return isOpenAI && !beforeO1.test(model) ? 'max_completion_tokens' : 'max_tokens'
}

// gpt-3.5-turbo, gpt-4, gpt-4-turbo, gpt-4o, gpt-4.1, gpt-4.5, chatgpt-4o-latest, and models fine-tuned from them.
const beforeO1 = /^(ft:)?(gpt-3\.5|gpt-4|chatgpt-4o)(?!\d)/

/**
 * Returns whether a model of OpenAI's reasons before it answers. Such a model refuses temperature, top_p and the penalties
 * (OpenAI's guide to reasoning models); from gpt-5.1 on it accepts temperature and top_p with reasoning effort `none`.
 */
export function isReasoningModel(model: string): boolean {
  return /^(ft:)?(o\d|gpt-5)(?!\d)(?!.*-chat\b)/.test(model)
}
