import type { UnifiedMetadata } from '@polkadot-api/substrate-bindings'
import { escapeName } from '../../text/escape.js'

/** A number's type on the chain. */
export type IntegerType = 'u8' | 'u16' | 'u32' | 'u64' | 'u128'

/**
 * The type of a value, as far as reading needs it. Newtypes and `Option` are gone: polkadot-api decodes them as what they
 * hold, and runtimes add and drop them without a change of meaning (`NetUid(u16)`, July 2026).
 */
export type TypeShape =
  | { readonly kind: 'integer'; readonly type: IntegerType; readonly isCompact?: true }
  | { readonly kind: 'bool' | 'account' }
  | { readonly kind: 'list'; readonly of: TypeShape }
  | { readonly kind: 'tuple'; readonly of: readonly TypeShape[] }
  | { readonly kind: 'record'; readonly fields: readonly NamedShape[] }
  | { readonly kind: 'other'; readonly text: string }

export type NamedShape = { readonly name: string; readonly shape: TypeShape }

/** The runtime has something else than what this version can read. Becomes a `ChainError` RUNTIME_UNSUPPORTED. */
export class UnexpectedShape extends Error {
  override readonly name = 'UnexpectedShape'
}

/** Returns the shape of a type of the metadata. */
export function shapeOf(lookup: UnifiedMetadata['lookup'], id: number): TypeShape {
  return shapeWithin(lookup, id, { depth: 0, count: { types: 0 } })
}

/** @param within how deep the type stands, and how many types there were before it */
function shapeWithin(
  lookup: UnifiedMetadata['lookup'],
  id: number,
  within: { readonly depth: number; readonly count: { types: number } },
): TypeShape {
  const type = lookup[id]
  const { depth, count } = within
  count.types++
  if (!type || depth > MOST_NESTED || count.types > MOST_TYPES) return { kind: 'other', text: 'a nested type' }
  const inner = (next: number) => shapeWithin(lookup, next, { depth: depth + 1, count })
  const { def, params } = type
  const path = type.path.map(escapeName)
  switch (def.tag) {
    case 'primitive':
      return primitive(def.value.tag)
    case 'compact':
      return compact(inner(def.value))
    case 'sequence':
      return { kind: 'list', of: inner(def.value) }
    case 'array': {
      const of = inner(def.value.type)
      if (def.value.len === 32 && isInteger(of, 'u8')) return { kind: 'account' }
      return def.value.len === 1 ? of : { kind: 'list', of }
    }
    case 'composite':
      if (def.value.length === 1) return inner(def.value[0]!.type)
      return def.value.every(({ name }) => name)
        ? record(Object.fromEntries(def.value.map(({ name, type }) => [name!, inner(type)])))
        : { kind: 'other', text: path.at(-1) ?? 'a tuple' }
    case 'variant':
      return path.at(-1) === 'Option' && typeof params[0]?.type === 'number'
        ? inner(params[0].type)
        : { kind: 'other', text: path.at(-1) ?? 'an enum' }
    case 'tuple':
      return def.value.length === 1 ? inner(def.value[0]!) : { kind: 'tuple', of: def.value.map(inner) }
    default:
      return { kind: 'other', text: def.tag }
  }
}

/** Returns the shape of a record with these fields. */
export function record(fields: Readonly<Record<string, TypeShape>>): TypeShape {
  return { kind: 'record', fields: Object.entries(fields).map(([name, shape]) => ({ name, shape })) }
}

/**
 * Finds what has a name, else the only one whose name differs in no more than case, underscores and a plural s, so that a
 * small rename does not matter: `validator_permit`, `ValidatorPermits`.
 */
export function named<T extends { readonly name: string }>(all: readonly T[] | undefined, name: string): T | undefined {
  const exact = all?.find(one => one.name === name)
  if (exact) return exact
  const loose = all?.filter(one => looseName(one.name) === looseName(name)) ?? []
  return loose.length === 1 ? loose[0] : undefined
}

function looseName(name: string): string {
  return name.toLowerCase().replaceAll('_', '').replace(/s$/, '')
}

export function isInteger(shape: TypeShape, ...types: readonly IntegerType[]): boolean {
  return shape.kind === 'integer' && types.includes(shape.type)
}

/** Returns whether a list of bytes stands for an answer that the metadata does not describe. */
export function isOpaque(shape: TypeShape): boolean {
  return shape.kind === 'list' && isInteger(shape.of, 'u8')
}

/** Names a shape in a message. */
export function shapeText(shape: TypeShape): string {
  switch (shape.kind) {
    case 'integer':
      return shape.type
    case 'list':
      return `a list of ${shapeText(shape.of)}`
    case 'record':
    case 'tuple':
      return `a ${shape.kind}`
    case 'other':
      return shape.text
    default:
      return shape.kind
  }
}

/** Returns the shape of a number that takes as many bytes as it needs. */
export function compact(shape: TypeShape): TypeShape {
  return shape.kind === 'integer' ? { ...shape, isCompact: true } : shape
}

function primitive(name: string): TypeShape {
  if (name === 'bool') return { kind: 'bool' }
  return integerTypes.has(name) ? { kind: 'integer', type: name as IntegerType } : { kind: 'other', text: name }
}

const integerTypes: ReadonlySet<string> = new Set(['u8', 'u16', 'u32', 'u64', 'u128'] satisfies IntegerType[])

/** A metagraph has six levels; a type that contains itself has no end. */
const MOST_NESTED = 16
/** A metagraph has some hundred types; one that contains itself several times has billions within those levels. */
const MOST_TYPES = 10_000
