import { asString, isRecord } from './loose-json.js'

export type Content = { readonly text: string; readonly refusal: string; readonly isThought: boolean }

/**
 * Reads the `content` of a message or a delta: a string, or a list of parts. Mistral's reasoning models and Databricks
 * send parts, with thoughts in parts of their own. Ignores parts of other types, such as references and images.
 *
 * @see https://docs.mistral.ai/capabilities/reasoning/
 */
export function readContent(content: unknown): Content {
  if (typeof content === 'string') return { text: content, refusal: '', isThought: false }
  let text = ''
  let refusal = ''
  let isThought = false
  // Without a maximum: the size of a document bounds it, and a part that is left out is a lost word.
  for (const part of asList(content)) {
    if (typeof part === 'string') text += part
    if (!isRecord(part)) continue
    if (part.type === 'refusal') refusal += asString(part.refusal)
    else if (isThoughtType(part.type)) isThought ||= hasText(part.thinking ?? part.summary ?? part.text)
    else if (isTextType(part.type)) text += asString(part.text)
  }
  return { text, refusal, isThought }
}

/** Some servers send a single part outside a list. */
function asList(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content
  return isRecord(content) ? [content] : []
}

function isTextType(type: unknown): boolean {
  return type === undefined || type === 'text' || type === 'output_text'
}

function isThoughtType(type: unknown): boolean {
  return type === 'thinking' || type === 'reasoning'
}

/** Whether a thought, a string or a list of parts, has text: an empty one shows no progress. */
function hasText(thought: unknown): boolean {
  const parts = typeof thought === 'string' ? [thought] : asList(thought)
  return parts.some(part => asString(isRecord(part) ? part.text : part) !== '')
}
