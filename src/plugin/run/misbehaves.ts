import { NoAnswer } from '../no-answer.js'
import type { Speaker } from './abandon.js'

/** What a plugin did that its type does not allow: MINER_MISBEHAVES or DIALECT_MISBEHAVES. `hint` says what to write. */
export function misbehaves(speaker: Speaker, message: string, hint: string): NoAnswer {
  return new NoAnswer('upstream', message, { code: `${speaker.toUpperCase()}_MISBEHAVES`, hint })
}

/** The type of a value, and nothing of what is in it. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
