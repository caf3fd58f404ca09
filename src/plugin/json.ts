/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

type JsonObject = { readonly [key: string]: Json }

/**
 * Parses the JSON object in a model's text, from the first brace to the last: text or a code fence around it is ignored.
 * In a short object, such as the arguments of a tool, it repairs the usual mistakes of models, such as an extra comma or
 * single quotes.
 *
 * @returns null when the text has no object, one without its end (a cut object is worthless), or one nested deeper
 *   than 200
 */
export async function objectIn(text: string): Promise<JsonObject | null> {
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  if (!json.startsWith('{')) return null
  const object = parsed(json)
  if (object || json.length > MAX_REPAIR || !isWhole(json)) return object
  const { jsonrepair } = await import('jsonrepair')
  return parsed(json, jsonrepair)
}

/**
 * The longest text that is repaired, in characters. The time grows with the cube of stray quotes: a tenth of a second,
 * which holds up every other request, for this many, and minutes for 30,000 (jsonrepair 3.15).
 */
const MAX_REPAIR = 1024

/** Returns whether every bracket is closed. The repair would close open ones, and so complete an object that was cut. */
function isWhole(text: string): boolean {
  const count = (bracket: string) => text.split(bracket).length
  return count('{') === count('}') && count('[') === count(']')
}

function parsed(text: string, repair = (text: string) => text): JsonObject | null {
  try {
    const value: Json = JSON.parse(repair(text))
    if (nestsDeeper(value, MAX_DEPTH)) return null
    // The repair turns two objects with text between them into a list.
    return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null // a model's text is often not JSON
  }
}

/** Maximum nesting of lists and objects. */
export const MAX_DEPTH = 200

/**
 * Returns whether a parsed value has more than this many lists and objects within each other. `JSON.parse` takes any
 * depth, but what walks the value afterwards, `JSON.stringify` among them, overflows the stack at some thousands.
 */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(inner => nestsDeeper(inner, levels - 1))
}
