import { distance } from 'fastest-levenshtein'

/**
 * Returns the name most similar to the given one, if at most a third of its letters differ. Ignores case and separators
 * (`MAX-TOKENS` is `maxTokens`).
 */
export function closest(name: string, names: Iterable<string>): string | undefined {
  // The time grows with the product of the lengths, and untrusted input may be long.
  if (name.length > 100) return undefined
  const given = bareLetters(name)
  let best: { name: string; distance: number } | undefined
  for (const candidate of names) {
    const letters = bareLetters(candidate)
    const found = distance(given, letters)
    if (found <= mayDiffer(letters.length) && found < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name: candidate, distance: found }
  }
  return best?.name
}

/** Returns the {@link closest} of the names that begin with `prefix`, comparing only the text after it. */
export function closestAfter(prefix: string, name: string, names: Iterable<string>): string | undefined {
  const others = [...names].filter(other => other.startsWith(prefix)).map(other => other.slice(prefix.length))
  const meant = closest(name.slice(prefix.length), others)
  return meant && prefix + meant
}

// A swap of two letters counts as two differences, so short names allow two as well. A single letter matches only
// itself.
function mayDiffer(letters: number): number {
  if (letters < 4) return letters < 2 ? 0 : 1
  return Math.max(2, Math.floor(letters / 3))
}

function bareLetters(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '')
}
