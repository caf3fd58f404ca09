import { Binary, Bytes, compact, Option, u32, u64, Vector } from '@polkadot-api/substrate-bindings'
import type { BlockState } from './block-state.ts'
import type { Block, FixtureChain } from './fixture-chain.ts'
import { InvalidTransaction } from './invalid-transaction.ts'
import { RpcError } from './json-rpc.ts'
import { type Decoded, type Runtime, runtimeOf } from './runtime.ts'
import { neuronsLite, selectiveGraph, subnetState } from './subnet-answers.ts'

/**
 * Answers a call of the runtime as its code would, on the state of a block.
 *
 * @throws {RpcError} the runtime exports no such method
 */
export function callRuntime(chain: FixtureChain, block: Block, method: string, args: Uint8Array): Uint8Array {
  const { state } = block
  if (!state) throw new RpcError(4003, `Client error: UnknownBlock: State already discarded for ${block.hash}`)
  const answer = isExported(state.runtime, method) ? calls[method]?.(state, args, { chain, block }) : undefined
  if (answer) return answer
  throw new RpcError(4003, `Client error: Execution failed: Other: Exported method ${method} is not found`)
}

type Call = (state: BlockState, args: Uint8Array, at: { chain: FixtureChain; block: Block }) => Uint8Array | undefined

/** Undefined: this runtime does not export it. */
const calls: Record<string, Call> = {
  Metadata_metadata: ({ runtime }) => (runtime.metadataVersion === 14 ? Bytes().enc(runtime.metadata) : undefined),
  Metadata_metadata_versions: ({ runtime: { metadataVersion } }) =>
    metadataVersion === 14 ? undefined : Vector(u32).enc([metadataVersion]),
  Metadata_metadata_at_version: ({ runtime: { metadata, metadataVersion } }, args) => {
    if (metadataVersion === 14) return undefined
    return Option(Bytes()).enc(u32.dec(args) === metadataVersion ? metadata : undefined)
  },
  Core_version: ({ runtime }) => runtime.codecs.buildConstant('System', 'Version').enc(runtime.version),
  AccountNonceApi_account_nonce: ({ nonces, runtime }, args) => {
    const address = runtime.codecs.buildStorage('System', 'Account').args.inner[0]!.dec(args)
    return u32.enc(nonces.get(address) ?? 0)
  },
  TaggedTransactionQueue_validate_transaction: (_, args, { chain, block }) => validation(chain, block, args),
  NeuronInfoRuntimeApi_get_neurons_lite: (state, args) => neuronsLite(state, subnetIn(state, args)),
  SubnetInfoRuntimeApi_get_subnet_state: (state, args) => subnetState(state, subnetIn(state, args)),
  SwapRuntimeApi_current_alpha_price: (state, args) => {
    const { tao, alpha } = subnetIn(state, args)?.pool ?? { tao: 1n, alpha: 1n }
    return u64.enc((tao * 1_000_000_000n) / alpha)
  },
  SubnetInfoRuntimeApi_get_selective_metagraph: (state, args) => {
    const [netuid, indexes] = argsOf('get_selective_metagraph', args)
    return selectiveGraph(state, 'get_selective_metagraph', subnetNamed(state, netuid), indexes)
  },
  SubnetInfoRuntimeApi_get_selective_mechagraph: (state, args) => {
    const [netuid, mechanism, indexes] = argsOf('get_selective_mechagraph', args)
    const subnet = mechanism === 0 ? subnetNamed(state, netuid) : undefined
    return selectiveGraph(state, 'get_selective_mechagraph', subnet, indexes)
  },
}

/** By the metadata; that of version 14 does not tell. */
function isExported(runtime: Runtime, method: string): boolean {
  if (runtime.metadataVersion === 14) return !method.startsWith('SubnetInfoRuntimeApi_')
  return runtime.unified.apis.some(api => api.methods.some(({ name }) => `${api.name}_${name}` === method))
}

function subnetNamed({ subnets }: BlockState, netuid: number) {
  return subnets.find(subnet => subnet.netuid === netuid)
}

/** The subnet that a call names first, as a little-endian `u16`. */
function subnetIn(state: BlockState, args: Uint8Array) {
  return subnetNamed(state, args[0]! | (args[1]! << 8))
}

function argsOf(method: string, args: Uint8Array): Decoded[] {
  return runtimeOf(381).codecs.buildRuntimeCall('SubnetInfoRuntimeApi', method).args.dec(args)
}

/** `TransactionValidity`, for arguments of source, extrinsic with its length, and hash of the block. */
function validation(chain: FixtureChain, block: Block, args: Uint8Array): Uint8Array {
  try {
    chain.validate(Binary.toHex(args.slice(1, -32)), block)
    const [priority, none, longevity, propagates] = [u64.enc(0n), compact.enc(0), u64.enc(64n), Uint8Array.of(1)]
    return Buffer.concat([Uint8Array.of(0), priority, none, none, longevity, propagates])
  } catch (error) {
    if (error instanceof InvalidTransaction) return error.encoded()
    throw error
  }
}
