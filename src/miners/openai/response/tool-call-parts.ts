import type { ToolDelta } from '../../../plugin/miner.js'
import { asCount, asRecord, asRecords, asString, optional } from './loose-json.js'

/** A part of a tool call as a server sends it, empty where it says nothing. */
export type ToolCallPart = {
  /** whole answers have none, nor have some streams */
  readonly index?: number
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** The parts in the `tool_calls` of a message or a delta. */
export function readToolCallParts(toolCalls: unknown): readonly ToolCallPart[] {
  return asRecords(toolCalls, MOST_CALLS).map(call => {
    const { name, arguments: text } = asRecord(call.function)
    return {
      ...optional('index', asCount(call.index)),
      id: asString(call.id),
      name: asString(name),
      // Some servers send the object itself.
      arguments: typeof text === 'object' && text !== null ? JSON.stringify(text) : asString(text),
    }
  })
}

const MOST_CALLS = 128

/**
 * Finds out which parts belong to one call, and tells id and name of each call once. Servers differ: OpenAI tells them
 * with the first part only, others with each; vLLM made up a new id for each part; Gemini and Ollama send each call
 * whole, and all under one index, or none.
 */
export class ToolCallJoiner {
  /** the latest by the index that the server gave; what has none goes on with the last */
  readonly #calls = new Map<
    number | undefined,
    { readonly index: number; readonly id: string; readonly name: string }
  >()
  #count = 0
  #last: number | undefined

  /** What does not belong to a call that has a name is left out. */
  join(parts: readonly ToolCallPart[]): readonly ToolDelta[] {
    return parts.flatMap(part => this.#join(part))
  }

  #join(part: ToolCallPart): readonly ToolDelta[] {
    const { index: at = this.#last, id, name, arguments: text } = part
    this.#last = at
    const call = this.#calls.get(at)
    if (call && continues(part, call)) return text === '' ? [] : [{ index: call.index, arguments: text }]
    if (name === '') return []
    const index = this.#count++
    this.#calls.set(at, { index, id, name })
    // Whoever answers a call names it by its id.
    return [{ index, id: id || `call_${index}`, name, arguments: text }]
  }
}

function continues({ index, id, name }: ToolCallPart, call: { readonly id: string; readonly name: string }): boolean {
  if (name === '') return true
  return name === call.name && (id === '' ? index !== undefined : id === call.id)
}
