/** A change of a request: the name of an edit, and its arguments. */
export type Edit = readonly [name: string, ...args: (string | number)[]]

/** One request of a case: a seed, or the bytes of an earlier request of the case, and how it differs from that. */
export type RequestRecipe = { readonly edits: readonly Edit[] } & (
  | { readonly seed: string }
  /** the place of that request in the case */
  | { readonly again: number }
)

/** How a connection is closed after its last byte: by the axon, as the last request wants it, or by the caller. */
export type Ending = 'asked' | 'end' | 'destroy' | 'reset' | 'wait'

/**
 * A case: how to make the bytes of a connection. It holds no nonce and no signature, which are made anew each time, so it
 * can be replayed.
 */
export type Recipe = {
  /** what the case shows */
  readonly note?: string
  readonly requests: readonly RequestRecipe[]
  /** how many connections send the same bytes at once; by default 1 */
  readonly times?: number
  /** in how many writes the bytes go out, by default 1 */
  readonly writes?: number
  /** by default `asked` */
  readonly ending?: Ending
  /** the share of the bytes that is written before the end; by default 1 */
  readonly cut?: number
}
