import { Binary } from '@polkadot-api/substrate-bindings'
import { hashOf, storageOf } from './chain-storage.ts'
import type { Block, FixtureChain } from './fixture-chain.ts'
import { InvalidTransaction } from './invalid-transaction.ts'
import { type RpcClient, RpcError, type RpcMethods } from './json-rpc.ts'
import { listenTo, versionOf } from './legacy-rpc.ts'
import { callRuntime } from './runtime-calls.ts'

/**
 * The JSON-RPC methods of the new specification, as a polkadot-sdk node answers them.
 *
 * @param name of the chain
 * @see https://paritytech.github.io/json-rpc-interface-spec/
 * @see polkadot-sdk substrate/client/rpc-spec-v2/src
 */
export function chainHeadRpc(chain: FixtureChain, name: string): RpcMethods {
  const ofClients = new WeakMap<RpcClient, Map<string, Follow>>()
  const followsOf = (client: RpcClient): Map<string, Follow> => {
    const follows = ofClients.get(client) ?? new Map()
    ofClients.set(client, follows)
    return follows
  }
  /** Runs an operation on a pinned block, for a subscription that may have ended. */
  const operate = (client: RpcClient, id: string, hash: string, run: (block: Block) => object[]) =>
    followsOf(client).get(id)?.operate(hash, run) ?? limitReached
  let broadcasts = 0

  return {
    chainSpec_v1_chainName: () => name,
    chainSpec_v1_genesisHash: () => chain.genesis,
    chainSpec_v1_properties: () => ({ ss58Format: 42, tokenDecimals: 9, tokenSymbol: 'TAO' }),

    chainHead_v1_follow: ([withRuntime], client) => {
      const follows = followsOf(client)
      if (follows.size >= MOST_FOLLOWS)
        throw new RpcError(-32800, 'Maximum number of chainHead_follow has been reached')
      const follow = new Follow(chain, withRuntime)
      const id = client.subscribe('chainHead_v1_followEvent', send => {
        // After `stop` there is no such subscription any more.
        const stop = follow.begin(send, () => setImmediate(() => client.unsubscribe(id)))
        return () => {
          stop()
          follows.delete(id)
        }
      })
      follows.set(id, follow)
      return id
    },
    chainHead_v1_unfollow: ([id], client) => {
      client.unsubscribe(id)
      return null
    },
    chainHead_v1_header: ([id, hash], client) => followsOf(client).get(id)?.pinned(hash).header ?? null,
    chainHead_v1_unpin: ([id, hashes], client) => {
      followsOf(client).get(id)?.unpin([hashes].flat())
      return null
    },
    chainHead_v1_body: ([id, hash], client) =>
      operate(client, id, hash, ({ extrinsics }) => [{ event: 'operationBodyDone', value: extrinsics }]),
    chainHead_v1_call: ([id, hash, method, args], client) =>
      operate(client, id, hash, block => {
        const output = Binary.toHex(callRuntime(chain, block, method, Binary.fromHex(args || '0x')))
        return [{ event: 'operationCallDone', output }]
      }),
    chainHead_v1_storage: ([id, hash, items], client) => {
      const started = operate(client, id, hash, block => [
        ...chunksOf(items.flatMap((item: StorageQuery) => itemsOf(block, item))).map(items => ({
          event: 'operationStorageItems',
          items,
        })),
        { event: 'operationStorageDone' },
      ])
      return started === limitReached ? started : { ...started, discardedItems: 0 }
    },
    chainHead_v1_continue: () => null,
    chainHead_v1_stopOperation: ([id, operation], client) => {
      followsOf(client).get(id)?.stopOperation(operation)
      return null
    },

    // An invalid extrinsic is dropped without a word, as the specification has it.
    transaction_v1_broadcast: ([hex]) => {
      try {
        chain.submit(hex)
      } catch (error) {
        if (!(error instanceof InvalidTransaction)) throw error
      }
      return `broadcast-${++broadcasts}`
    },
    transaction_v1_stop: () => null,
  }
}

/** Of one connection; polkadot-sdk has the same limits by default. */
const MOST_FOLLOWS = 2
const MOST_OPERATIONS = 16
const limitReached = { result: 'limitReached' } as const

/** A subscription to the head of the chain, and the blocks that it holds. */
class Follow {
  readonly #chain: FixtureChain
  readonly #withRuntime: boolean
  readonly #pinned = new Map<string, Block>()
  readonly #operations = new Set<string>()
  #send: (event: object) => void = () => {}
  #lastOperation = 0

  constructor(chain: FixtureChain, withRuntime: boolean) {
    this.#chain = chain
    this.#withRuntime = withRuntime
  }

  /** Sends what is now, and then what comes; returns what ends that. */
  begin(send: (event: object) => void, onStopped: () => void): () => void {
    this.#send = send
    const stop = () => {
      send({ event: 'stop' })
      onStopped()
    }
    const chain = this.#chain
    if (chain.followFault) {
      if (chain.followFault === 'stop') stop()
      return () => {}
    }
    const finalised = lastOf(chain, chain.finalised, FINALISED_AT_FIRST)
    for (const block of finalised) this.#pinned.set(block.hash, block)
    send({
      event: 'initialized',
      finalizedBlockHashes: finalised.map(({ hash }) => hash),
      ...(this.#withRuntime && { finalizedBlockRuntime: runtimeEvent(chain.finalised) }),
    })
    for (const block of lastOf(chain, chain.head, chain.head.number - chain.finalised.number)) this.#newBlock(block)
    send({ event: 'bestBlockChanged', bestBlockHash: chain.head.hash })
    return listenTo(chain, {
      onBlock: block => {
        this.#newBlock(block)
        send({ event: 'bestBlockChanged', bestBlockHash: block.hash })
      },
      onFinalised: blocks =>
        send({
          event: 'finalized',
          finalizedBlockHashes: blocks.map(({ hash }) => hash),
          prunedBlockHashes: [],
        }),
      onStop: stop,
    })
  }

  /** @throws {RpcError} the block is not pinned */
  pinned(hash: string): Block {
    const block = this.#pinned.get(hash)
    if (block) return block
    throw new RpcError(-32801, 'Invalid block hash')
  }

  unpin(hashes: readonly string[]): void {
    for (const hash of hashes) this.pinned(hash)
    for (const hash of hashes) this.#pinned.delete(hash)
  }

  /** Begins an operation, whose events follow the answer. */
  operate(hash: string, run: (block: Block) => object[]) {
    const block = this.pinned(hash)
    if (this.#operations.size >= MOST_OPERATIONS) return limitReached
    const operationId = `${++this.#lastOperation}`
    this.#operations.add(operationId)
    setImmediate(() => {
      if (!this.#operations.delete(operationId)) return
      for (const event of resultOf(() => run(block))) this.#send({ operationId, ...event })
    })
    return { result: 'started', operationId } as const
  }

  stopOperation(id: string): void {
    this.#operations.delete(id)
  }

  #newBlock(block: Block): void {
    this.#pinned.set(block.hash, block)
    const newRuntime = block.hasNewRuntime ? runtimeEvent(block) : null
    const { hash: blockHash, parentHash: parentBlockHash } = block
    this.#send({ event: 'newBlock', blockHash, parentBlockHash, ...(this.#withRuntime && { newRuntime }) })
  }
}

const FINALISED_AT_FIRST = 3

/** A block and those before it, oldest first. */
function lastOf(chain: FixtureChain, last: Block, count: number): Block[] {
  const blocks: Block[] = []
  for (let block: Block | undefined = last; block && blocks.length < count; block = chain.blockAt(block.parentHash))
    blocks.unshift(block)
  return blocks
}

function resultOf(run: () => object[]): object[] {
  try {
    return run()
  } catch (error) {
    if (error instanceof RpcError) return [{ event: 'operationError', error: error.message }]
    throw error
  }
}

function runtimeEvent({ state }: Block) {
  const { apis, ...spec } = versionOf(state!.runtime.version)
  return { type: 'valid', spec: { ...spec, apis: Object.fromEntries(apis) } }
}

type StorageQuery = { readonly key: string; readonly type: string }

function itemsOf({ state }: Block, { key, type }: StorageQuery): object[] {
  const storage = storageOf(state!)
  const value = (key: string) => ({ key, value: storage.get(key) })
  const hash = (key: string) => ({ key, hash: hashOf(storage.get(key)) })
  switch (type) {
    case 'value':
      return storage.get(key) === null ? [] : [value(key)]
    case 'hash':
      return storage.get(key) === null ? [] : [hash(key)]
    case 'descendantsValues':
      return storage.keys(key).map(value)
    case 'descendantsHashes':
      return storage.keys(key).map(hash)
    default:
      throw new RpcError(-32603, `this node has no trie for ${type}`)
  }
}

/** A node sends many items in several messages. */
function chunksOf<T>(items: readonly T[], size = 200): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}
