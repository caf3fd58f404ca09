import type { ToolDelta } from '../../../plugin/miner.js'
import type { CallPart } from './tool-call-parts.js'

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
