import {
  Bytes,
  bool,
  type Codec,
  compactBn,
  compactNumber,
  Struct,
  Tuple,
  u8,
  u16,
  u32,
  u64,
  u128,
  Vector,
} from '@polkadot-api/substrate-bindings'
import { ChainValue } from './chain-value.js'
import { type IntegerType, isInteger, shapeText, type TypeShape, UnexpectedShape } from './type-shape.js'

/**
 * Decodes an answer that the metadata does not describe. The bytes have to be exactly those that encoding the result gives:
 * none is left over, each bool is 0 or 1, each compact number has its shortest form.
 *
 * @throws {UnexpectedShape}
 */
export function decodeOpaque(shape: TypeShape, bytes: Uint8Array, name: string): ChainValue {
  const codec = codecOf(shape)
  const value = decoded(codec, bytes, name)
  if (Buffer.compare(codec.enc(value), bytes) !== 0) throw new UnexpectedShape(`${name} has another layout`)
  return new ChainValue(shape, value, name)
}

/** Returns the bytes that a `Vec<u8>` holds. */
export function unwrapBytes(bytes: Uint8Array, name: string): Uint8Array {
  return decodeOpaque({ kind: 'list', of: { kind: 'integer', type: 'u8' } }, bytes, name).bytes()
}

function decoded(codec: AnyCodec, bytes: Uint8Array, name: string): unknown {
  try {
    // scale-ts reads the whole buffer of a view, and on from where it stopped in bytes that it made itself
    return codec.dec(new Uint8Array(bytes))
  } catch (cause) {
    // whatever it is that stopped the decoder: the bytes are not what was expected
    throw new UnexpectedShape(`${name} has another layout`, { cause })
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the shape decides at run time what it encodes
type AnyCodec = Codec<any>

function codecOf(shape: TypeShape): AnyCodec {
  switch (shape.kind) {
    case 'integer':
      return shape.isCompact ? compacts[shape.type] : integers[shape.type]
    case 'bool':
      return bool
    case 'account':
      return Bytes(32)
    case 'list':
      return isInteger(shape.of, 'u8') ? Bytes() : Vector(codecOf(shape.of))
    case 'tuple':
      return Tuple(...shape.of.map(codecOf))
    case 'record':
      return Struct(
        Object.fromEntries(shape.fields.map(({ name, shape }) => [name, codecOf(shape)])) as Record<string, never>,
      )
    default:
      throw new UnexpectedShape(`cannot decode ${shapeText(shape)}`)
  }
}

const integers: Readonly<Record<IntegerType, AnyCodec>> = { u8, u16, u32, u64, u128 }

const compacts: Readonly<Record<IntegerType, AnyCodec>> = {
  u8: compactNumber,
  u16: compactNumber,
  u32: compactNumber,
  u64: compactBn,
  u128: compactBn,
}
