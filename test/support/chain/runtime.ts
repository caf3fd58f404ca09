import { getDynamicBuilder, getLookupFn } from '@polkadot-api/metadata-builders'
import { type Codec, decAnyMetadata, str, type UnifiedMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings'
import { fixture } from './fixture.ts'

/** The spec versions whose real metadata is at hand, and the version of that metadata. */
const metadataVersions = { 103: 14, 218: 15, 240: 15, 343: 15, 381: 16 } as const

/** The spec version of a runtime whose real metadata is at hand. */
export type Spec = keyof typeof metadataVersions

/** All of them, oldest first. */
export const specs = Object.keys(metadataVersions).map(Number) as Spec[]

/** What a codec takes or gives whose type only the metadata knows. */
// biome-ignore lint/suspicious/noExplicitAny: a test knows what it asked for, the compiler does not
export type Decoded = any

/** How a runtime reports itself (`sp_version::RuntimeVersion`). */
export type RuntimeVersion = {
  readonly spec_name: string
  readonly impl_name: string
  readonly authoring_version: number
  readonly spec_version: number
  readonly impl_version: number
  readonly apis: readonly (readonly [string | Uint8Array, number])[]
  readonly transaction_version: number
}

/** A runtime as its metadata describes it. It has no code: {@link FixtureChain} plays the pallets that a miner uses. */
export class Runtime {
  readonly metadata: Uint8Array
  readonly metadataVersion: number
  readonly unified: UnifiedMetadata
  readonly lookup: ReturnType<typeof getLookupFn>
  readonly codecs: ReturnType<typeof getDynamicBuilder>
  readonly version: RuntimeVersion

  /**
   * @param metadata SCALE, beginning with `meta` and its version
   * @param original the runtime whose names were changed: it encodes, and the metadata says what there is
   */
  constructor(metadata: Uint8Array, original?: Runtime) {
    this.metadata = metadata
    this.metadataVersion = metadata[4]!
    this.unified = unifyMetadata(decAnyMetadata(metadata))
    this.lookup = original?.lookup ?? getLookupFn(this.unified)
    this.codecs = original?.codecs ?? getDynamicBuilder(this.lookup)
    const version = this.pallet('System').constants.find(({ name }) => name === 'Version')!
    this.version = this.codecs.buildConstant('System', 'Version').dec(version.value)
  }

  pallet(name: string) {
    const pallet = this.unified.pallets.find(pallet => pallet.name === name)
    if (!pallet) throw new Error(`runtime ${this.version.spec_version} has no pallet ${name}`)
    return pallet
  }

  hasStorage(pallet: string, item: string): boolean {
    return this.pallet(pallet).storage?.items.some(({ name }) => name === item) ?? false
  }

  /** The codec of a runtime call's answer; undefined: the metadata does not describe the call. */
  answerCodec(api: string, method: string): Codec<Decoded> | undefined {
    const described = this.unified.apis.find(({ name }) => name === api)?.methods.some(({ name }) => name === method)
    return described ? this.codecs.buildRuntimeCall(api, method).value : undefined
  }

  /** The codec of all calls of a pallet. */
  callCodec(pallet: string): Codec<Decoded> {
    return this.codecs.buildDefinition(this.pallet(pallet).calls!.type)
  }

  /** The signed extensions, in the order of their bytes. */
  get extensions() {
    return Object.values(this.unified.extrinsic.signedExtensions)[0]!
  }
}

/** Returns the runtime of a spec version; each is built once. */
export function runtimeOf(spec: Spec): Runtime {
  const known = runtimes.get(spec)
  if (known) return known
  const runtime = new Runtime(fixture(`metadata-${spec}-v${metadataVersions[spec]}`))
  runtimes.set(spec, runtime)
  return runtime
}

const runtimes = new Map<Spec, Runtime>()

/**
 * Makes a runtime that does not exist: a real one with another spec version, or with other names for pallets' items,
 * runtime calls and fields. Its bytes have the layout of the real one.
 *
 * @param rename new names by old ones, wherever the metadata has them
 */
export function alteredRuntime(
  spec: Spec,
  { specVersion = spec, rename = {} }: { specVersion?: number; rename?: Readonly<Record<string, string>> },
): Runtime {
  const original = runtimeOf(spec)
  const codec = original.codecs.buildConstant('System', 'Version')
  const version = codec.enc({ ...original.version, spec_version: specVersion })
  const names = Object.entries(rename).map(([old, name]) => [str.enc(old), str.enc(name)] as const)
  const parts = [[codec.enc(original.version), version] as const, ...names]
  const metadata = parts.reduce<Buffer>(
    (bytes, [old, other]) => replacedIn(bytes, old, other),
    Buffer.from(original.metadata),
  )
  return new Runtime(Uint8Array.from(metadata), original)
}

/** Replaces every occurrence. SCALE has no offsets, so a part may have another length. */
function replacedIn(bytes: Buffer, old: Uint8Array, other: Uint8Array): Buffer {
  const parts: Uint8Array[] = []
  let from = 0
  for (let at = bytes.indexOf(old); at !== -1; at = bytes.indexOf(old, from)) {
    parts.push(bytes.subarray(from, at), other)
    from = at + old.length
  }
  if (parts.length === 0) throw new Error(`the metadata does not have ${Buffer.from(old)}`)
  return Buffer.concat([...parts, bytes.subarray(from)])
}
