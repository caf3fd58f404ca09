import { jsonrepair } from 'jsonrepair'
import type { Json } from './json.js'

type JsonObject = { readonly [key: string]: Json }

/**
 * The JSON object in what a model wrote, from its first brace to its last one: words or a code fence around it do no
 * harm, and slips that models make, such as a comma too many or single quotes, are repaired. Null when there is none, or
 * its end is missing: what is cut is worth nothing.
 */
export function objectIn(text: string): JsonObject | null {
  const object = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  if (!object.startsWith('{')) return null
  return parsed(object, text => text) ?? (isWhole(object) ? parsed(object, jsonrepair) : null)
}

/** Characters that are repaired at most. */
const MAX_REPAIR = 256 * 1024

/** The repair would close what is open at the end. */
function isWhole(text: string): boolean {
  const count = (bracket: string) => text.split(bracket).length
  return text.length <= MAX_REPAIR && count('{') === count('}') && count('[') === count(']')
}

function parsed(text: string, repair: (text: string) => string): JsonObject | null {
  try {
    const value: Json = JSON.parse(repair(text))
    // Two objects with words between them are repaired to a list.
    return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null // a model wrote it
  }
}
