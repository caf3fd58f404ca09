import type { Question, Tool } from '../../../plugin/miner.js'

/** What a question says that no setting does, as fields of a chat request. */
export function questionFields({ seed, tools, toolChoice, responseFormat, logprobs }: Question) {
  return {
    ...(seed !== undefined && { seed }),
    ...(tools?.length && {
      tools: tools.map(toolField),
      ...(toolChoice !== undefined && { tool_choice: choiceField(toolChoice) }),
    }),
    ...(responseFormat && { response_format: formatField(responseFormat) }),
    ...(logprobs && { logprobs: true, ...(logprobs.top > 0 && { top_logprobs: logprobs.top }) }),
  }
}

function toolField({ name, description, parameters }: Tool) {
  return { type: 'function', function: { name, description, parameters } }
}

function choiceField(choice: NonNullable<Question['toolChoice']>) {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } }
}

function formatField(format: NonNullable<Question['responseFormat']>) {
  if (format === 'json') return { type: 'json_object' }
  // Not `strict`: OpenAI takes that only for schemas in which no field is optional, and other servers hold them anyway.
  return { type: 'json_schema', json_schema: { name: format.name, schema: format.schema } }
}
