import type { Json } from './json.js'

type Read = { readonly [key: string]: Json } | null

/**
 * The JSON object in what a model wrote, from its first brace to its last one, so that a code fence or words around it
 * do no harm. In a short one, as the arguments of a tool are, what models get wrong (quotes, commas, comments) is mended.
 * Null when there is none.
 */
export async function objectIn(text: string): Promise<Read> {
  const start = text.indexOf('{')
  const end = text.lastIndexOf('}') + 1
  if (start < 0 || end <= start) return null
  const json = text.slice(start, end)
  const object = read(json)
  if (object || json.length > MAX_MENDED) return object
  const { jsonrepair } = await import('jsonrepair')
  return read(json, jsonrepair)
}

/**
 * Characters. The time that mending takes grows with the cube of stray quotes: a tenth of a second for so many, which
 * nobody else is answered in, and minutes for 30,000 (jsonrepair 3.15).
 */
const MAX_MENDED = 1024

function read(json: string, mend = (text: string) => text): Read {
  try {
    const value = JSON.parse(mend(json))
    return Array.isArray(value) ? null : value // of several objects, one after another, mending makes a list
  } catch {
    return null // a model wrote it
  }
}
