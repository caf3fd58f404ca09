import { Binary, blockHeader } from '@polkadot-api/substrate-bindings'
import { hashOf, storageOf } from './chain-storage.ts'
import type { Block, ChainListener, FixtureChain } from './fixture-chain.ts'
import { InvalidTransaction } from './invalid-transaction.ts'
import { type RpcClient, RpcError, type RpcMethods } from './json-rpc.ts'
import type { Decoded, RuntimeVersion } from './runtime.ts'
import { callRuntime } from './runtime-calls.ts'

/**
 * The JSON-RPC methods that every node has.
 *
 * @param name of the chain
 * @see polkadot-sdk substrate/client/rpc-api/src
 */
export function legacyRpc(chain: FixtureChain, name: string): RpcMethods {
  const at = (hash?: string | null) => blockAt(chain, hash ?? chain.head.hash)
  const known = <T>(hash: string | undefined, read: (block: Block) => T): T | null => {
    const block = chain.blockAt(hash ?? chain.head.hash)
    return block ? read(block) : null
  }
  const storageAt = (hash?: string | null) => storageOf(stateOf(at(hash)))
  const headers = (method: string, first: () => Block, on: (send: (block: Block) => void) => ChainListener) =>
    subscription(
      chain,
      method,
      () => headerOf(first()),
      send => on(block => send(headerOf(block))),
    )
  const onBlock = (send: (block: Block) => void): ChainListener => ({ onBlock: send })
  const onFinalised = (send: (block: Block) => void): ChainListener => ({
    onFinalised: blocks => blocks.forEach(send),
  })
  return {
    system_chain: () => name,
    system_name: () => 'Subtensor Node',
    system_version: () => '4.0.0-dev',
    system_properties: () => ({ ss58Format: 42, tokenDecimals: 9, tokenSymbol: 'TAO' }),
    system_health: () => ({ peers: 8, isSyncing: false, shouldHavePeers: true }),
    system_accountNextIndex: ([address]) => stateOf(chain.head).nonces.get(address) ?? 0,

    chain_getBlockHash: ([number]) => (number == null ? chain.head.hash : (chain.hashAt(Number(number)) ?? null)),
    chain_getFinalizedHead: () => chain.finalised.hash,
    chain_getHeader: ([hash]) => known(hash, headerOf),
    chain_getBlock: ([hash]) =>
      known(hash, block => ({
        block: { header: headerOf(block), extrinsics: block.extrinsics },
        justifications: null,
      })),
    chain_subscribeAllHeads: headers('chain_allHead', () => chain.head, onBlock),
    chain_subscribeNewHeads: headers('chain_newHead', () => chain.head, onBlock),
    chain_subscribeFinalizedHeads: headers('chain_finalizedHead', () => chain.finalised, onFinalised),
    chain_unsubscribeAllHeads: unsubscribe,
    chain_unsubscribeNewHeads: unsubscribe,
    chain_unsubscribeFinalizedHeads: unsubscribe,

    state_getRuntimeVersion: ([hash]) => versionOf(stateOf(at(hash)).runtime.version),
    state_subscribeRuntimeVersion: subscription(
      chain,
      'state_runtimeVersion',
      () => versionOf(chain.state.runtime.version),
      send => ({ onBlock: ({ hasNewRuntime, state }) => hasNewRuntime && send(versionOf(state!.runtime.version)) }),
    ),
    state_unsubscribeRuntimeVersion: unsubscribe,
    state_getMetadata: ([hash]) => Binary.toHex(stateOf(at(hash)).runtime.metadata),
    state_getStorage: ([key, hash]) => storageAt(hash).get(key),
    state_getStorageHash: ([key, hash]) => hashOf(storageAt(hash).get(key)),
    state_getStorageSize: ([key, hash]) => sizeOf(storageAt(hash).get(key)),
    state_getKeysPaged: ([prefix, count, start, hash]) =>
      storageAt(hash)
        .keys(prefix)
        .filter(key => !start || key > start)
        .slice(0, count),
    state_queryStorageAt: ([keys, hash]) => [
      { block: at(hash).hash, changes: keys.map((key: string) => [key, storageAt(hash).get(key)]) },
    ],
    state_call: ([method, args, hash]) =>
      Binary.toHex(callRuntime(chain, at(hash), method, Binary.fromHex(args || '0x'))),

    author_submitExtrinsic: ([hex]) => submit(chain, hex),
    author_submitAndWatchExtrinsic: ([hex], client) => submitAndWatch(chain, hex, client),
    author_unwatchExtrinsic: unsubscribe,
    author_pendingExtrinsics: () => chain.pending,
  }
}

/** Returns a block. @throws {RpcError} it does not exist */
function blockAt(chain: FixtureChain, hash: string): Block {
  const block = chain.blockAt(hash)
  if (block) return block
  throw new RpcError(4003, `Client error: UnknownBlock: Header was not found in the database: ${hash}`)
}

/** `sp_version::RuntimeVersion` in the JSON of legacy methods. */
export function versionOf(version: RuntimeVersion) {
  return {
    specName: version.spec_name,
    implName: version.impl_name,
    authoringVersion: version.authoring_version,
    specVersion: version.spec_version,
    implVersion: version.impl_version,
    apis: version.apis.map(([id, number]) => [typeof id === 'string' ? id : Binary.toHex(id), number] as const),
    transactionVersion: version.transaction_version,
    stateVersion: 1,
  }
}

function stateOf({ hash, state }: Block) {
  if (state) return state
  throw new RpcError(4003, `Client error: UnknownBlock: State already discarded for ${hash}`)
}

function headerOf({ header, logs }: Block) {
  const { parentHash, number, stateRoot, extrinsicRoot } = blockHeader.dec(header)
  return { parentHash, number: `0x${number.toString(16)}`, stateRoot, extrinsicsRoot: extrinsicRoot, digest: { logs } }
}

function sizeOf(value: string | null): number | null {
  return value === null ? null : (value.length - 2) / 2
}

function unsubscribe([id]: readonly Decoded[], client: RpcClient): boolean {
  return client.unsubscribe(id)
}

/** A method that subscribes: sends what is now, and then what comes. */
function subscription(
  chain: FixtureChain,
  method: string,
  now: () => unknown,
  listen: (send: (result: unknown) => void) => ChainListener,
) {
  return (_: readonly Decoded[], client: RpcClient) =>
    client.subscribe(method, send => {
      if (chain.followFault) return () => {}
      send(now())
      return listenTo(chain, listen(send))
    })
}

/** Adds a listener, and returns what takes it away. */
export function listenTo(chain: FixtureChain, listener: ChainListener): () => void {
  chain.listeners.add(listener)
  return () => void chain.listeners.delete(listener)
}

/**
 * Takes an extrinsic into the pool.
 *
 * @throws {RpcError} 1010, as polkadot-sdk substrate/client/rpc-api/src/author/error.rs
 */
function submit(chain: FixtureChain, hex: string): string {
  try {
    return chain.submit(hex)
  } catch (error) {
    if (error instanceof InvalidTransaction) throw new RpcError(1010, 'Invalid Transaction', error.message)
    throw error
  }
}

function submitAndWatch(chain: FixtureChain, hex: string, client: RpcClient): string {
  submit(chain, hex)
  return client.subscribe('author_extrinsicUpdate', send => {
    send('ready')
    const included = (block: Block) => block.extrinsics.includes(hex)
    return listenTo(chain, {
      onBlock: block => included(block) && send({ inBlock: block.hash }),
      onFinalised(blocks) {
        for (const { hash } of blocks.filter(included)) send({ finalized: hash })
      },
    })
  })
}
