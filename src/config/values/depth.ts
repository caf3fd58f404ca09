/** How deep a value may be nested. Its readers are recursive, and an object of a program may contain itself. */
const MAX_DEPTH = 100

/** Returns whether a value is nested too deeply to be read. */
export function isTooDeep(value: unknown, maxDepth = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false
  return maxDepth === 0 || Object.values(value).some(inner => isTooDeep(inner, maxDepth - 1))
}
