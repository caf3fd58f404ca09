import type { ToolCall, ToolDelta } from './miner.js'

/** Joins the parts of streamed tool calls, in the order of their index. */
export class ToolCalls {
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>()

  add(deltas: readonly ToolDelta[]): void {
    for (const { index, id = '', name = '', arguments: text = '' } of deltas) {
      const call = this.#calls.get(index) ?? { id: '', name: '', arguments: '' }
      // Some servers repeat id and name in every part.
      this.#calls.set(index, { id: call.id || id, name: call.name || name, arguments: call.arguments + text })
    }
  }

  get all(): readonly ToolCall[] {
    return [...this.#calls].sort(([a], [b]) => a - b).map(([, call]) => call)
  }
}
