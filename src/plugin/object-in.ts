import type { Json } from './json.js'

/**
 * The JSON object in what a model wrote: from its first brace to its last one, so that a code fence or words around it
 * do no harm; null when that is no JSON.
 */
export function objectIn(text: string): { readonly [key: string]: Json } | null {
  const start = text.indexOf('{')
  if (start < 0) return null
  try {
    return JSON.parse(text.slice(start, text.lastIndexOf('}') + 1))
  } catch {
    return null // a model wrote it
  }
}
