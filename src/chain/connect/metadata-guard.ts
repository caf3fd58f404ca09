import { decAnyMetadata, type UnifiedMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings'

/** The first bytes of metadata, `meta`, behind the lengths that some calls put before them. */
const METADATA = /^0x(?:[0-9a-f]{2}){0,80}?(6d657461[0-9a-f]*)/i

/**
 * Returns whether a text holds metadata, in hexadecimal, by which polkadot-api must not decode: metadata that it cannot
 * read, or with a list whose elements take no bytes. Such a list has as many elements as its length says, be it a billion,
 * and an array of that size ends the process whatever the memory limit of the thread.
 */
export function isUnfitMetadata(text: string): boolean {
  const hex = METADATA.exec(text)?.[1]
  if (hex === undefined) return false
  try {
    const { lookup } = unifyMetadata(decAnyMetadata(new Uint8Array(Buffer.from(hex, 'hex'))))
    return lookup.some(({ def }) => {
      const element = def.tag === 'sequence' ? def.value : def.tag === 'array' ? def.value.type : undefined
      return element !== undefined && isEmpty(lookup, element, new Map())
    })
  } catch {
    return true // the decoder throws for all that is not metadata
  }
}

/** Returns whether values of a type take no bytes. @param known types that were seen before: a type may contain itself */
function isEmpty(lookup: UnifiedMetadata['lookup'], id: number, known: Map<number, boolean>): boolean {
  const found = known.get(id)
  if (found !== undefined) return found
  known.set(id, false)
  const result = isEmptyOf(lookup[id]!.def, inner => isEmpty(lookup, inner, known))
  known.set(id, result)
  return result
}

type Definition = UnifiedMetadata['lookup'][number]['def']

function isEmptyOf(def: Definition, isEmptyType: (id: number) => boolean): boolean {
  switch (def.tag) {
    case 'composite':
      return def.value.every(({ type }) => isEmptyType(type))
    case 'tuple':
      return def.value.every(isEmptyType)
    case 'array':
      return def.value.len === 0 || isEmptyType(def.value.type)
    case 'compact':
      return isEmptyType(def.value)
    default:
      return false
  }
}
