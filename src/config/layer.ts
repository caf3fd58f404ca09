import type { Origin } from './origin.js'

/**
 * A value as a layer holds it, before anything is known of its kind: what flags said, one text each; what a variable
 * said; or what a file holds, which has types of its own.
 */
export type Raw =
  | { readonly kind: 'flag'; readonly texts: readonly string[] }
  | { readonly kind: 'variable'; readonly text: string }
  | { readonly kind: 'value'; readonly value: unknown }

/** What one layer says of one setting. */
export type Found = { readonly raw: Raw; readonly origin: Origin }

/** One layer's values by the settings' paths. */
export type Layer = ReadonlyMap<string, Found>

/**
 * Takes a problem of a value.
 *
 * @param path the setting, or the item in it: `policy.allow[1]`
 * @param words continue a sentence that begins with the path
 */
export type Report = (path: string, words: string, hint?: string) => void
