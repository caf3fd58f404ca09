import type { Unit } from './setting-meta.js'

/** The structure of a value, as far as reading and printing need it. zod decides what is valid. */
export type Shape = Scalar | ListShape | TableShape | DictionaryShape | FreeShape
export type Scalar = TextShape | NumberShape | BooleanShape

type Base = {
  /** null is allowed; for a number it is written `none` */
  readonly nullable: boolean
}

export type TextShape = Base & {
  readonly kind: 'text'
  /** empty when any text is allowed */
  readonly choices: readonly string[]
  /** true: the text may be a URL, which prints without user, password and query */
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

/** A bound of a range; `open`: the bound itself is excluded. */
export type Bound = { readonly at: number; readonly open: boolean }

type BooleanShape = Base & { readonly kind: 'boolean' }
export type ListShape = Base & { readonly kind: 'list'; readonly item: Shape }
export type TableShape = Base & { readonly kind: 'table'; readonly fields: ReadonlyMap<string, Shape> }
/** A table whose keys the operator chooses. */
type DictionaryShape = Base & { readonly kind: 'dictionary'; readonly value: Shape }
/** Any JSON value, which is passed on to another program as it is, without secrets and units. */
type FreeShape = Base & { readonly kind: 'free' }

/** Returns whether a value is one word. Any other is written in a file, or as JSON in a variable, and has no flag. */
export function isScalar(shape: Shape): shape is Scalar {
  return shape.kind === 'text' || shape.kind === 'number' || shape.kind === 'boolean'
}

/** Returns whether flags can give a value: one word, or a list of words. */
export function isPlain(shape: Shape): boolean {
  return isScalar(shape.kind === 'list' ? shape.item : shape)
}

/** Returns whether a value of this shape may hold a secret. */
export function holdsSecret(shape: Shape): boolean {
  switch (shape.kind) {
    case 'text':
      return shape.secret
    case 'list':
      return holdsSecret(shape.item)
    case 'table':
      return [...shape.fields.values()].some(holdsSecret)
    case 'dictionary':
      return holdsSecret(shape.value)
    default:
      return false
  }
}
