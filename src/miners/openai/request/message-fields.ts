import type { Message, ToolCall } from '../../../plugin/miner.js'

/** A message as the chat API has it. */
export function messageFields(message: Message) {
  const { role, content } = message
  if (message.role === 'tool') return { role, content, tool_call_id: message.toolCallId }
  if (!message.toolCalls?.length) return { role, content }
  // Servers differ in whether an empty text is one, but all take none.
  return { role, content: content === '' ? null : content, tool_calls: message.toolCalls.map(callFields) }
}

function callFields({ id, name, arguments: text }: ToolCall) {
  return { id, type: 'function', function: { name, arguments: text } }
}
