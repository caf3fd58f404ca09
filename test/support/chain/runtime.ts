import { getDynamicBuilder, getLookupFn } from '@polkadot-api/metadata-builders'
import { type Codec, decAnyMetadata, type UnifiedMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings'
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

  /** @param metadata SCALE, beginning with `meta` and its version */
  constructor(metadata: Uint8Array) {
    this.metadata = metadata
    this.metadataVersion = metadata[4]!
    this.unified = unifyMetadata(decAnyMetadata(metadata))
    this.lookup = getLookupFn(this.unified)
    this.codecs = getDynamicBuilder(this.lookup)
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
