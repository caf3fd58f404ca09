import type { Speaker } from './abandon.js'
import { misbehaves } from './misbehaves.js'

const names = { miner: 'prompt', dialect: 'answer' } as const

/**
 * Is what a plugin's function returned a generator? Without its asterisk it is a promise.
 *
 * @throws {NoAnswer} MINER_MISBEHAVES · DIALECT_MISBEHAVES
 */
export function requireGenerator(said: unknown, speaker: Speaker): void {
  const { next } = (said ?? {}) as { readonly next?: unknown }
  if (typeof next === 'function') return
  const name = names[speaker]
  throw misbehaves(speaker, `${name} is no async generator`, `write: async *${name}(…)`)
}
