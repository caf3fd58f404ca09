import type { Origin } from './origin.js'

/**
 * A value as a layer holds it, before anything is known of its kind: what flags said, one text each; what a variable
 * said; or what a file holds, which has types of its own.
 */
export type RawValue =
  | { readonly kind: 'flag'; readonly texts: readonly string[] }
  | { readonly kind: 'variable'; readonly text: string }
  | { readonly kind: 'value'; readonly value: unknown }

/** What one layer says of one setting. */
export type LayerValue = { readonly raw: RawValue; readonly origin: Origin }

/** One layer's values by the settings' paths. */
export type Layer = ReadonlyMap<string, LayerValue>

/**
 * Takes a problem of a value.
 *
 * @param path the setting, or the item in it: `policy.allow[1]`
 * @param words continue a sentence that begins with the path
 */
export type OnProblem = (path: string, words: string, hint?: string) => void
