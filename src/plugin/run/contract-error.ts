import { NoAnswer } from '../no-answer.js'
import type { PluginKind } from '../sdk.js'

/**
 * Returns the error for a plugin that does what its type does not allow: MINER_MISBEHAVES or DIALECT_MISBEHAVES.
 *
 * @param hint the code to write instead
 */
export function contractError(kind: PluginKind, message: string, hint: string): NoAnswer {
  return new NoAnswer('upstream', message, { code: codes[kind], hint })
}

const codes = { miner: 'MINER_MISBEHAVES', dialect: 'DIALECT_MISBEHAVES' } as const

/** Returns the type of a value, and none of its content. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const functions = { miner: 'prompt', dialect: 'answer' } as const

/**
 * Requires that a plugin's function returned a generator. Without its asterisk it returns a promise.
 *
 * @throws {NoAnswer} MINER_MISBEHAVES · DIALECT_MISBEHAVES
 */
export function requireGenerator(returned: unknown, kind: PluginKind): void {
  const { next } = (returned ?? {}) as { readonly next?: unknown }
  if (typeof next === 'function') return
  const name = functions[kind]
  throw contractError(kind, `${name} is not an async generator`, `write: async *${name}(…)`)
}
