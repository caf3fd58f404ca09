import { distance } from 'fastest-levenshtein'

/**
 * The name most like the one that was given, if one is near enough to be meant: a third of its letters may differ.
 * Case and separators do not count (`MAX-TOKENS` is `maxTokens`).
 */
export function closest(name: string, names: Iterable<string>): string | undefined {
  // The work grows with the product of the lengths, and what a stranger typed may be long.
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

/** {@link closest} among the names that begin with `prefix` as this one does: what all share makes none more alike. */
export function closestAfter(prefix: string, name: string, names: Iterable<string>): string | undefined {
  const others = [...names].filter(other => other.startsWith(prefix)).map(other => other.slice(prefix.length))
  const meant = closest(name.slice(prefix.length), others)
  return meant && prefix + meant
}

// Two letters that changed places are two that differ, also in a short name. A single letter is like no other.
function mayDiffer(letters: number): number {
  if (letters < 4) return letters < 2 ? 0 : 1
  return Math.max(2, Math.floor(letters / 3))
}

function bareLetters(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '')
}
