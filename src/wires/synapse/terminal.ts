import type { JsonObject, JsonTree } from '../json/tree.js'

/**
 * Returns one side of an exchange, `axon` or `dendrite`, as in a synapse: all ten keys, in order, null where unknown.
 */
export function terminal(known: Partial<Record<(typeof KEYS)[number], JsonTree>>): JsonObject {
  return new Map(KEYS.map(key => [key, known[key] ?? null]))
}

/** Writes the same as compact JSON. @param known as JSON texts */
export function terminalText(known: Partial<Record<(typeof KEYS)[number], string>>): string {
  return `{${KEYS.map(key => `"${key}":${known[key] ?? null}`).join()}}`
}

// opentensor/bittensor bittensor/core/synapse.py TerminalInfo
const KEYS = [
  'status_code',
  'status_message',
  'process_time',
  'ip',
  'port',
  'version',
  'nonce',
  'uuid',
  'hotkey',
  'signature',
] as const
