import { toPlain } from '../../wires/json/convert.js'
import type { JsonObject } from '../../wires/json/tree.js'
import { writeJson } from '../../wires/json/write.js'

/** Returns the fields of a reply that differ from those of the question. */
export function changedFields(asked: JsonObject, replied: JsonObject): JsonObject {
  const before = (name: string) => writeJson(asked.get(name) ?? null)
  return new Map([...replied].filter(([name, value]) => writeJson(value) !== before(name)))
}

/** Formats fields for people, one a line, as JSON. */
export function fieldLines(fields: JsonObject): string {
  return [...fields].map(([name, value]) => `${name}: ${writeJson(value)}\n`).join('')
}

/** Returns fields for a JSON document of this program; an integer that a double cannot hold loses its last digits. */
export function plainFields(fields: JsonObject): object {
  const exact = toPlain(fields) as object
  return JSON.parse(JSON.stringify(exact, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
}
