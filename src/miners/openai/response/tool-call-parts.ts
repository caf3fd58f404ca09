import { MAX_DEPTH, nestsDeeper } from '../../../plugin/json.js'
import type { ToolDelta } from '../../../plugin/miner.js'
import { answerTooLarge } from '../errors/answer-errors.js'
import { asCount, asRecord, asRecords, asString, isRecord, optional } from './loose-json.js'

/** A part of a tool call as a server sends it; absent strings are empty. */
export type ToolCallPart = {
  /** absent in whole answers and in some streams */
  readonly index?: number
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/**
 * Reads the parts in the `tool_calls` of a message or a delta.
 *
 * @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE`
 */
export function readToolCallParts(toolCalls: unknown): readonly ToolCallPart[] {
  return asRecords(toolCalls, MAX_CALLS).map(call => {
    const { name, arguments: text } = asRecord(call.function)
    return {
      ...optional('index', asCount(call.index)),
      id: asString(call.id),
      name: asString(name),
      // Some servers send the object itself.
      arguments: isRecord(text) ? textOf(text) : asString(text),
    }
  })
}

const MAX_CALLS = 128

function textOf(value: object): string {
  if (nestsDeeper(value, MAX_DEPTH)) throw answerTooLarge(`a tool call that nests deeper than ${MAX_DEPTH}`)
  return JSON.stringify(value)
}

/**
 * Groups parts into calls, and yields the id and name of each call once. Servers differ: OpenAI sends them with the first
 * part only, others with every part; vLLM made up a new id for each part; Gemini and Ollama send each call whole, and all
 * of them under the same index, or without one.
 */
export class ToolCallJoiner {
  /** the latest call by the server's index; a part without an index continues the last call */
  readonly #calls = new Map<
    number | undefined,
    { readonly index: number; readonly id: string; readonly name: string }
  >()
  #count = 0
  #last: number | undefined

  /** Returns the deltas in these parts. Ignores parts of calls without a name. */
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
    // The result of a call refers to it by id, so each call needs one.
    return [{ index, id: id || `call_${index}`, name, arguments: text }]
  }
}

function continues({ index, id, name }: ToolCallPart, call: { readonly id: string; readonly name: string }): boolean {
  if (name === '') return true
  return name === call.name && (id === '' ? index !== undefined : id === call.id)
}
