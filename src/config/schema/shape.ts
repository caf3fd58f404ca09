import type { Unit } from './setting-meta.js'

/** What a value looks like, as far as reading and printing it need to know. zod has the last word on what is valid. */
export type Shape = Scalar | ListShape | TableShape | DictionaryShape | FreeShape
export type Scalar = TextShape | NumberShape | TruthShape

type Base = {
  /** null is a value; a number's is written `none` */
  readonly nullable: boolean
}

export type TextShape = Base & {
  readonly kind: 'text'
  /** empty when any text will do */
  readonly choices: readonly string[]
  /** it may be a URL, and then prints without user, password and query */
  readonly url: boolean
  readonly secret: boolean
}

export type NumberShape = Base & {
  readonly kind: 'number'
  readonly whole: boolean
  readonly choices: readonly number[]
  readonly min: Bound | undefined
  readonly max: Bound | undefined
  readonly unit: Unit | undefined
}

/** `open` when the bound itself is outside */
export type Bound = { readonly at: number; readonly open: boolean }

type TruthShape = Base & { readonly kind: 'boolean' }
export type ListShape = Base & { readonly kind: 'list'; readonly item: Shape }
export type TableShape = Base & { readonly kind: 'table'; readonly fields: ReadonlyMap<string, Shape> }
/** a table with names of the operator's own */
type DictionaryShape = Base & { readonly kind: 'dictionary'; readonly value: Shape }
/** whatever JSON can say; for what is passed on to another program as it is. There are no secrets and no units in it */
type FreeShape = Base & { readonly kind: 'free' }

/** Can it be written in one word? Else it stands in a file, or in a variable as JSON, and has no flag. */
export function isScalar(shape: Shape): shape is Scalar {
  return shape.kind === 'text' || shape.kind === 'number' || shape.kind === 'boolean'
}

/** Can it be given by flags: a word, or a list of words? */
export function isPlain(shape: Shape): boolean {
  return isScalar(shape.kind === 'list' ? shape.item : shape)
}
