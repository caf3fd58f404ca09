import { getLookupCodecBuilder, getLookupFn } from '@polkadot-api/metadata-builders'
import {
  Bytes,
  type Codec,
  decAnyMetadata,
  Tuple,
  type UnifiedMetadata,
  unifyMetadata,
} from '@polkadot-api/substrate-bindings'
import { abortable } from '../../async/abortable.js'
import type { ChainNode } from '../chain-node.js'
import { named, shapeOf, type TypeShape, UnexpectedShape } from './type-shape.js'

/** One item of the pallet's storage, as the metadata describes it. */
export type StorageItem = {
  readonly pallet: string
  readonly name: string
  readonly keys: readonly TypeShape[]
  readonly value: TypeShape
}

/** One call of a runtime API, as the metadata describes it. */
export type RuntimeCall = {
  readonly api: string
  readonly name: string
  readonly inputs: readonly TypeShape[]
  readonly output: TypeShape
  encodeInputs(inputs: readonly unknown[]): Uint8Array
  /** Decodes an answer. Accounts remain bytes. */
  decodeOutput(answer: Uint8Array): unknown
}

/** What the runtime of a block offers. */
export type Runtime = {
  readonly specVersion: number
  /** false: its metadata, V14, describes no runtime API */
  readonly describesCalls: boolean
  /** Finds an item of the pallet of the subnets, or of another one: `Timestamp.Now`. */
  item(path: string): StorageItem | null
  call(api: string, name: string): RuntimeCall | null
}

/**
 * Returns what the runtime of a block offers. Decodes the metadata once for each runtime: polkadot-api keeps the same bytes
 * for as long as it uses that runtime.
 *
 * @throws {UnexpectedShape} when the runtime has no subnets
 */
export async function runtimeAt(node: ChainNode, hash: string, signal: AbortSignal): Promise<Runtime> {
  const [bytes, specVersion] = await abortable(
    Promise.all([node.client.getMetadata(hash, signal), specVersionAt(node, hash, signal)]),
    signal,
  )
  const known = runtimes.get(bytes)
  if (known) return known
  const runtime = { ...described(unifyMetadata(decAnyMetadata(bytes))), specVersion }
  runtimes.set(bytes, runtime)
  return runtime
}

/** Returns the version of the runtime of a block. */
export async function specVersionAt(node: ChainNode, hash: string, signal: AbortSignal): Promise<number> {
  const version = (await node.api.constants.System!.Version!({ at: hash, signal })) as { spec_version?: unknown }
  if (typeof version.spec_version === 'number') return version.spec_version
  throw new UnexpectedShape('System.Version has no spec_version')
}

const runtimes = new WeakMap<Uint8Array, Runtime>()

function described(metadata: UnifiedMetadata): Omit<Runtime, 'specVersion'> {
  const shape = (id: number) => shapeOf(metadata.lookup, id)
  const codec = codecsOf(metadata)
  const subnets = metadata.pallets.find(({ storage }) => ['Uids', 'Axons'].every(name => named(storage?.items, name)))
  if (!subnets) throw new UnexpectedShape('no pallet stores Uids and Axons')
  return {
    describesCalls: metadata.apis.length > 0,
    item(path) {
      const [palletName, itemName] = path.includes('.') ? path.split('.') : [subnets.name, path]
      const pallet = metadata.pallets.find(({ name }) => name === palletName)
      const item = named(pallet?.storage?.items, itemName!)
      if (!pallet || !item) return null
      const { type } = item
      const value = type.tag === 'plain' ? type.value : type.value.value
      const keys = type.tag === 'plain' ? [] : keysOf(metadata, type.value.key, type.value.hashers.length)
      return { pallet: pallet.name, name: item.name, keys: keys.map(shape), value: shape(value) }
    },
    call(api, name) {
      const method = named(metadata.apis.find(one => one.name === api)?.methods, name)
      if (!method) return null
      return {
        api,
        name: method.name,
        inputs: method.inputs.map(({ type }) => shape(type)),
        output: shape(method.output),
        encodeInputs: inputs => Tuple(...method.inputs.map(({ type }) => codec(type))).enc(inputs as unknown[]),
        // scale-ts reads the whole buffer of a view
        decodeOutput: answer => codec(method.output).dec(new Uint8Array(answer)),
      }
    },
  }
}

/**
 * Returns the codecs of the metadata's types. Those of polkadot-api itself decode an account as ss58, and hash each with
 * blake2b in JavaScript: 2,048 of a metagraph take them 60 ms the first time, and three times as long as ours.
 */
function codecsOf(metadata: UnifiedMetadata): (id: number) => Codec<unknown> {
  // the type wants what the codec of polkadot-api makes: text
  const account = Bytes(32) as unknown as Codec<string>
  return getLookupCodecBuilder(getLookupFn(metadata), account)
}

/** A map with several hashers has a tuple for its key: of two numbers of one type, that is an array in some metadata. */
function keysOf({ lookup }: UnifiedMetadata, key: number, count: number): number[] {
  const def = lookup[key]?.def
  if (count === 1) return [key]
  return def?.tag === 'tuple' ? def.value : []
}
