/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

type JsonObject = { readonly [key: string]: Json }

/**
 * The JSON object in what a model wrote, from its first brace to its last one: words or a code fence around it do no
 * harm. In a short one, as the arguments of a tool are, slips that models make, such as a comma too many or single
 * quotes, are repaired. Null when there is none, or its end is missing: what is cut is worth nothing.
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
 * Characters that are repaired at most. The time it takes grows with the cube of stray quotes: a tenth of a second for so
 * many, in which nobody is answered, and minutes for 30,000 (jsonrepair 3.15).
 */
const MAX_REPAIR = 1024

/** The repair would close what is open at the end. */
function isWhole(text: string): boolean {
  const count = (bracket: string) => text.split(bracket).length
  return count('{') === count('}') && count('[') === count(']')
}

function parsed(text: string, repair = (text: string) => text): JsonObject | null {
  try {
    const value: Json = JSON.parse(repair(text))
    // Two objects with words between them are repaired to a list.
    return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null // a model wrote it
  }
}
