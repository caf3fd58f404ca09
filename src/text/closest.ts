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
    if (isClose(given, letters, found) && found < (best?.distance ?? Number.POSITIVE_INFINITY))
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

// Among few letters, two that differ make another word (`key`, `deny`), unless they are swapped, which counts as two.
// A single letter matches only itself.
function isClose(given: string, letters: string, found: number): boolean {
  const shorter = Math.min(given.length, letters.length)
  if (shorter < 2) return found === 0
  if (found <= (shorter < 6 ? 1 : Math.max(2, Math.floor(letters.length / 3)))) return true
  return found === 2 && shorter >= 3 && sorted(given) === sorted(letters)
}

function sorted(letters: string): string {
  return [...letters].sort().join('')
}

function bareLetters(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '')
}
