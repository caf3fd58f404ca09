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
