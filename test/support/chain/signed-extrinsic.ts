import { AccountId, Binary, Blake2256, type Codec, compact, Tuple, u32 } from '@polkadot-api/substrate-bindings'
import { verify } from '@scure/sr25519'
import { InvalidTransaction } from './invalid-transaction.ts'
import type { Decoded, Runtime } from './runtime.ts'

/** A call of a pallet, decoded. */
export type PalletCall = { readonly pallet: string; readonly name: string; readonly args: Decoded }

/** An extrinsic whose signature is good. */
export type SignedExtrinsic = {
  /** with its length, as it stands in a block */
  readonly hex: string
  readonly hash: string
  /** ss58 */
  readonly signer: string
  readonly nonce: number
  readonly call: PalletCall
}

/** What a signature covers beside the extrinsic itself. */
export type SigningContext = {
  readonly runtime: Runtime
  readonly genesis: string
  /** of the block on which the extrinsic is checked */
  readonly number: number
  hashAt(number: number): string | undefined
}

/**
 * Takes a signed extrinsic of version 4 apart by the metadata, rebuilds what was signed, and checks the signature.
 *
 * @throws {InvalidTransaction}
 * @see polkadot-sdk substrate/primitives/runtime/src/generic/unchecked_extrinsic.rs
 */
export function openExtrinsic(hex: string, context: SigningContext): SignedExtrinsic {
  const { runtime } = context
  const body = withoutLength(Binary.fromHex(hex))
  const [version, addressKind, signatureKind] = [body[0], body[1], body[34]]
  if (version !== 0x84 || addressKind !== 0 || signatureKind !== 1) throw new InvalidTransaction('BadProof')
  const publicKey = body.slice(2, 34)
  const signature = body.slice(35, 99)

  const extensions = Tuple(...runtime.extensions.map(({ type }) => runtime.codecs.buildDefinition(type)))
  const values = extensions.dec(body.slice(99))
  const explicit = extensions.enc(values)
  const call = body.slice(99 + explicit.length)

  const signed = Buffer.concat([call, explicit, ...implicitParts(context, extensions.inner, values)])
  const text = signed.length > 256 ? Blake2256(signed) : Uint8Array.from(signed)
  if (!isSigned(text, signature, publicKey)) throw new InvalidTransaction('BadProof')
  return {
    hex,
    hash: Binary.toHex(Blake2256(Binary.fromHex(hex))),
    signer: AccountId(42).dec(publicKey),
    nonce: Number(values[runtime.extensions.findIndex(({ identifier }) => identifier === 'CheckNonce')]),
    call: decodeCall(runtime, call),
  }
}

/** The library throws for what is no signature at all. */
function isSigned(text: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return verify(text, signature, publicKey)
  } catch {
    return false
  }
}

/** Encodes an extrinsic without a signature, as a block's author puts in for the time of the block. */
export function bareExtrinsic(runtime: Runtime, pallet: string, call: { type: string; value: unknown }): string {
  const body = Buffer.concat([Uint8Array.of(4, runtime.pallet(pallet).index), runtime.callCodec(pallet).enc(call)])
  return Binary.toHex(Buffer.concat([compact.enc(body.length), body]))
}

function withoutLength(bytes: Uint8Array): Uint8Array {
  const length = Number(compact.dec(bytes))
  const body = bytes.slice(compact.enc(length).length)
  if (body.length !== length) throw new InvalidTransaction('BadProof')
  return body
}

function decodeCall(runtime: Runtime, bytes: Uint8Array): PalletCall {
  const pallet = runtime.unified.pallets.find(({ index }) => index === bytes[0])!
  const { type, value } = runtime.callCodec(pallet.name).dec(bytes.slice(1))
  return { pallet: pallet.name, name: type, args: value }
}

/** What each extension adds to the signed text, which the extrinsic does not carry. */
function implicitParts(
  context: SigningContext,
  codecs: readonly Codec<Decoded>[],
  values: readonly Decoded[],
): Uint8Array[] {
  const { runtime, genesis } = context
  return runtime.extensions.map(({ identifier, additionalSigned }, at) => {
    switch (identifier) {
      case 'CheckSpecVersion':
        return u32.enc(runtime.version.spec_version)
      case 'CheckTxVersion':
        return u32.enc(runtime.version.transaction_version)
      case 'CheckGenesis':
        return Binary.fromHex(genesis)
      case 'CheckMortality':
        return Binary.fromHex(birthOf(context, codecs[at]!.enc(values[at])))
      case 'CheckMetadataHash':
        return Uint8Array.of(0) // the hash is not among what was signed
      default:
        if (runtime.lookup(additionalSigned).type !== 'void') throw new Error(`${identifier} signs something unknown`)
        return new Uint8Array()
    }
  })
}

/**
 * The hash of the block from which a mortal extrinsic counts.
 *
 * @see polkadot-sdk substrate/primitives/runtime/src/generic/era.rs, `Era::birth`
 */
function birthOf({ genesis, number, hashAt }: SigningContext, era: Uint8Array): string {
  if (era[0] === 0) return genesis
  const encoded = era[0]! | (era[1]! << 8)
  const period = 2 << (encoded % 16)
  const phase = (encoded >> 4) * Math.max(period >> 12, 1)
  const hash = hashAt(Math.floor((Math.max(number, phase) - phase) / period) * period + phase)
  if (hash === undefined) throw new InvalidTransaction('BadProof')
  return hash
}
