import type { Origin } from './origin.js'

/**
 * A value as a layer holds it, before its kind is known: the texts of flags, the text of a variable, or a value of a file
 * or of a program (`literal`), which is typed already.
 */
export type RawValue =
  | { readonly kind: 'flag'; readonly texts: readonly string[] }
  | { readonly kind: 'variable'; readonly text: string }
  | { readonly kind: 'value' | 'literal'; readonly value: unknown }

/** One layer's value of one setting. */
export type LayerValue = {
  readonly raw: RawValue
  readonly origin: Origin
  /** values of other settings by their paths, which hold where no layer gives them */
  readonly implies?: Readonly<Record<string, string>>
}

/** One layer's values by the settings' paths. */
export type Layer = ReadonlyMap<string, LayerValue>

/**
 * Receives a problem of a value.
 *
 * @param path the setting, or the item in it: `policy.allow[1]`
 * @param message continues a sentence that begins with the path
 */
export type OnProblem = (path: string, message: string, hint?: string) => void
