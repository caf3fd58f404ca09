import { NoAnswer } from '../no-answer.js'
import type { PluginKind } from '../sdk.js'

/** What a plugin did that its type does not allow: MINER_MISBEHAVES or DIALECT_MISBEHAVES. `hint` says what to write. */
export function contractError(speaker: PluginKind, message: string, hint: string): NoAnswer {
  return new NoAnswer('upstream', message, { code: misbehaves[speaker], hint })
}

const misbehaves = { miner: 'MINER_MISBEHAVES', dialect: 'DIALECT_MISBEHAVES' } as const

/** The type of a value, and nothing of what is in it. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const names = { miner: 'prompt', dialect: 'answer' } as const

/**
 * Is what a plugin's function returned a generator? Without its asterisk it is a promise.
 *
 * @throws {NoAnswer} MINER_MISBEHAVES · DIALECT_MISBEHAVES
 */
export function requireGenerator(said: unknown, speaker: PluginKind): void {
  const { next } = (said ?? {}) as { readonly next?: unknown }
  if (typeof next === 'function') return
  const name = names[speaker]
  throw contractError(speaker, `${name} is no async generator`, `write: async *${name}(…)`)
}
