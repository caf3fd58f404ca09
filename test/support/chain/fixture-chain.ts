import { Binary, Blake2256, blockHeader } from '@polkadot-api/substrate-bindings'
import type { BlockState } from './block-state.ts'
import { encodeEvents, type Outcome } from './events.ts'
import { InvalidTransaction } from './invalid-transaction.ts'
import type { Runtime } from './runtime.ts'
import { isServeAxon, type ServedAxon, serveAxon } from './serve-axon.ts'
import { bareExtrinsic, openExtrinsic, type SignedExtrinsic } from './signed-extrinsic.ts'
import type { SourceSubnet } from './source-subnet.ts'

/** A block. */
export type Block = {
  readonly hash: string
  readonly number: number
  readonly parentHash: string
  /** encoded, as the hash covers it */
  readonly header: string
  /** of the digest, encoded */
  readonly logs: readonly string[]
  /** its first extrinsic sets the time */
  readonly extrinsics: readonly string[]
  readonly hasNewRuntime: boolean
  /** undefined: forgotten, as a node that keeps no archive forgets it */
  state: BlockState | undefined
}

/** What happens on the chain. */
export type ChainListener = {
  onBlock?(block: Block): void
  /** @param blocks those that are finalised now, oldest first */
  onFinalised?(blocks: readonly Block[]): void
  /** the node ends its clients' subscriptions to the head, as one that pinned too many blocks does */
  onStop?(): void
}

/**
 * How the chain refuses announcements: in the block with an error of the pallet, as runtimes until 424 do, or before it
 * as `InvalidTransaction::Custom`. `validation` refuses from the runtime call on, `submission` only in the pool.
 */
export type AnnouncementRefusal =
  | { readonly error: string }
  | { readonly custom: number; readonly at: 'validation' | 'submission' }

/** What a chain begins with. */
export type ChainStart = {
  readonly runtime: Runtime
  readonly subnets: readonly SourceSubnet[]
  /** the hash of block 0, `0x…` */
  readonly genesis: string
  /** the number of the head */
  readonly firstBlock: number
  readonly now: () => number
  /** `at once`: each block is final when it is made; `by hand`: when {@link FixtureChain.finalise} says so */
  readonly finality: 'at once' | 'by hand'
  /** `at once`: an extrinsic makes a block; `by hand`: it waits for the next */
  readonly sealing: 'at once' | 'by hand'
}

/** A chain of blocks in memory, without forks. The blocks between the first and the head at the start do not exist. */
export class FixtureChain {
  readonly genesis: string
  /** the time of the blocks to come */
  now: () => number
  finality: ChainStart['finality']
  sealing: ChainStart['sealing']
  announcementRefusal: AnnouncementRefusal | undefined
  /** what happens to clients that begin to follow the head: they are told at once that it is over, or they hear nothing */
  followFault: 'stop' | 'silence' | undefined
  /** calls of `serve_axon` that were in a block, oldest first */
  readonly served: ServedAxon[] = []
  readonly listeners = new Set<ChainListener>()
  #head: Block
  #finalised: Block
  #pool: SignedExtrinsic[] = []
  /** what the next block has */
  #next: Pick<BlockState, 'runtime' | 'subnets'>
  readonly #blocks = new Map<string, Block>()
  readonly #hashes = new Map<number, string>()

  constructor(start: ChainStart) {
    this.genesis = start.genesis
    this.now = start.now
    this.finality = start.finality
    this.sealing = start.sealing
    this.#next = { runtime: start.runtime, subnets: start.subnets }
    this.#hashes.set(0, start.genesis)
    this.#head = this.#first(start.firstBlock)
    this.#finalised = this.#head
  }

  get head(): Block {
    return this.#head
  }

  get finalised(): Block {
    return this.#finalised
  }

  /** The state of the head. */
  get state(): BlockState {
    return this.#head.state!
  }

  /** The extrinsics that wait for a block. */
  get pending(): string[] {
    return this.#pool.map(({ hex }) => hex)
  }

  blockAt(hash: string): Block | undefined {
    return this.#blocks.get(hash)
  }

  hashAt(number: number): string | undefined {
    return this.#hashes.get(number)
  }

  /** Changes the subnets from the next block on. */
  change(change: (subnets: readonly SourceSubnet[]) => readonly SourceSubnet[]): void {
    this.#next = { ...this.#next, subnets: change(this.#next.subnets) }
  }

  /** Runs another runtime from the next block on, whose header says so. */
  upgrade(runtime: Runtime): void {
    this.#next = { ...this.#next, runtime }
  }

  makeBlock(): Block {
    const { nonces } = this.state
    const ready = this.#takeReady(nonces)
    const number = this.#head.number + 1
    const hasNewRuntime = this.#next.runtime !== this.state.runtime
    const outcomes = ready.map(extrinsic => this.#dispatch(extrinsic, number))
    const after = new Map([...nonces, ...ready.map(({ signer, nonce }) => [signer, nonce + 1] as const)])
    this.#head = this.#add(number, this.#head.hash, after, ready, hasNewRuntime, outcomes)
    for (const listener of this.listeners) listener.onBlock?.(this.#head)
    if (this.finality === 'at once') this.finalise()
    return this.#head
  }

  /** Finalises up to the head. */
  finalise(): void {
    const blocks: Block[] = []
    for (let block = this.#head; block !== this.#finalised; block = this.#blocks.get(block.parentHash)!)
      blocks.unshift(block)
    if (blocks.length === 0) return
    this.#finalised = this.#head
    for (const listener of this.listeners) listener.onFinalised?.(blocks)
  }

  /** Ends the subscriptions to the head that clients have. */
  stopFollows(): void {
    for (const listener of [...this.listeners]) listener.onStop?.()
  }

  /**
   * Checks an extrinsic as the runtime would.
   *
   * @throws {InvalidTransaction}
   */
  validate(hex: string, block: Block = this.#head): SignedExtrinsic {
    const { runtime, number, nonces } = block.state!
    const context = { runtime, number, genesis: this.genesis, hashAt: (at: number) => this.#hashes.get(at) }
    const extrinsic = openExtrinsic(hex, context)
    if (extrinsic.nonce < (nonces.get(extrinsic.signer) ?? 0)) throw new InvalidTransaction('Stale')
    const refusal = this.announcementRefusal
    if (refusal && 'custom' in refusal && refusal.at === 'validation' && isServeAxon(extrinsic.call))
      throw new InvalidTransaction({ custom: refusal.custom })
    return extrinsic
  }

  /**
   * Takes an extrinsic into the pool. One with a nonce of the future waits there.
   *
   * @returns its hash
   * @throws {InvalidTransaction}
   */
  submit(hex: string): string {
    const extrinsic = this.validate(hex)
    const refusal = this.announcementRefusal
    if (refusal && 'custom' in refusal && isServeAxon(extrinsic.call))
      throw new InvalidTransaction({ custom: refusal.custom })
    if (!this.#pool.some(({ hash }) => hash === extrinsic.hash)) this.#pool.push(extrinsic)
    if (this.sealing === 'at once') setImmediate(() => this.#pool.length > 0 && this.makeBlock())
    return extrinsic.hash
  }

  /** The extrinsics whose turn it is. */
  #takeReady(nonces: ReadonlyMap<string, number>): SignedExtrinsic[] {
    const expected = new Map(nonces)
    const ready: SignedExtrinsic[] = []
    for (const extrinsic of this.#pool.toSorted((one, other) => one.nonce - other.nonce)) {
      const { signer, nonce } = extrinsic
      if (nonce !== (expected.get(signer) ?? 0)) continue
      expected.set(signer, nonce + 1)
      ready.push(extrinsic)
    }
    this.#pool = this.#pool.filter(({ signer, nonce }) => nonce >= (expected.get(signer) ?? 0))
    return ready
  }

  #dispatch({ signer, call }: SignedExtrinsic, block: number): Outcome {
    if (!isServeAxon(call)) return {}
    const refusal = this.announcementRefusal
    const told = refusal && 'error' in refusal ? refusal.error : undefined
    const { subnets, outcome, record } = serveAxon({ ...this.#next, block }, signer, call, told)
    this.#next = { ...this.#next, subnets }
    this.served.push(record)
    return outcome
  }

  /** Makes the head, and the few blocks before it that a client may ask for. */
  #first(number: number): Block {
    let parent = Binary.toHex(Blake2256(Binary.fromHex(this.genesis)))
    for (let ancestor = number - ANCESTORS; ancestor < number; ancestor++)
      parent = this.#add(ancestor, parent, new Map(), [], false).hash
    return this.#add(number, parent, new Map(), [], false)
  }

  #add(
    number: number,
    parentHash: string,
    nonces: ReadonlyMap<string, number>,
    signed: readonly SignedExtrinsic[],
    hasNewRuntime: boolean,
    outcomes: readonly Outcome[] = [],
  ): Block {
    const { runtime, subnets } = this.#next
    const time = this.now()
    const setTime = bareExtrinsic(runtime, 'Timestamp', { type: 'set', value: { now: BigInt(time) } })
    const extrinsics = [setTime, ...signed.map(({ hex }) => hex)]
    const header = blockHeader.enc({
      parentHash,
      number,
      stateRoot: Binary.toHex(Blake2256(Binary.fromHex(this.genesis))),
      extrinsicRoot: Binary.toHex(Blake2256(Buffer.concat(extrinsics.map(Binary.fromHex)))),
      digests: hasNewRuntime ? [{ type: 'runtimeUpdated', value: undefined }] : [],
    })
    const block: Block = {
      hash: Binary.toHex(Blake2256(header)),
      number,
      parentHash,
      header: Binary.toHex(header),
      logs: hasNewRuntime ? ['0x08'] : [],
      extrinsics,
      hasNewRuntime,
      state: { runtime, subnets, number, time, nonces, events: encodeEvents(runtime, [{}, ...outcomes]) },
    }
    this.#blocks.set(block.hash, block)
    this.#hashes.set(number, block.hash)
    const forgotten = this.#blocks.get(this.#hashes.get(number - KEPT_STATES) ?? '')
    if (forgotten) forgotten.state = undefined
    return block
  }
}

const ANCESTORS = 3

/** polkadot-sdk keeps as many (`--state-pruning`). */
const KEPT_STATES = 256
