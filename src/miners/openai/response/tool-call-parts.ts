import type { ToolDelta } from '../../../plugin/miner.js'
import { count, given, record, records, string } from './loose-json.js'

/** A part of a tool call as a server sends it, empty where it says nothing. */
export type CallPart = {
  /** whole answers have none, nor have some streams */
  readonly index?: number
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** The parts in the `tool_calls` of a message or a delta. */
export function readCallParts(toolCalls: unknown): readonly CallPart[] {
  return records(toolCalls, MOST_CALLS).map(call => {
    const { name, arguments: text } = record(call.function)
    return {
      ...given('index', count(call.index)),
      id: string(call.id),
      name: string(name),
      // Some servers send the object itself.
      arguments: typeof text === 'object' && text !== null ? JSON.stringify(text) : string(text),
    }
  })
}

const MOST_CALLS = 128

/**
 * Finds out which parts belong to one call, and tells id and name of each call once. Servers differ: OpenAI tells them
 * with the first part only, others with each; vLLM made up a new id for each part; Gemini and Ollama send each call
 * whole, and all under one index, or none.
 */
export class CallJoiner {
  /** the latest by the index that the server gave; what has none goes on with the last */
  readonly #calls = new Map<
    number | undefined,
    { readonly index: number; readonly id: string; readonly name: string }
  >()
  #count = 0
  #last: number | undefined

  /** What does not belong to a call that has a name is left out. */
  join(parts: readonly CallPart[]): readonly ToolDelta[] {
    return parts.flatMap(part => this.#join(part))
  }

  #join(part: CallPart): readonly ToolDelta[] {
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

function continues({ index, id, name }: CallPart, call: { readonly id: string; readonly name: string }): boolean {
  if (name === '') return true
  return name === call.name && (id === '' ? index !== undefined : id === call.id)
}
