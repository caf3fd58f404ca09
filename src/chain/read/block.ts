import { abortable, CANCELLED, linkedController } from '../../async/abortable.js'
import { ChainError } from '../chain-error.js'
import type { ChainNode } from '../chain-node.js'
import { ChainValue } from './chain-value.js'
import { type Runtime, type RuntimeCall, runtimeAt, type StorageItem, specVersionAt } from './runtime.js'
import { isInteger, type TypeShape, UnexpectedShape } from './type-shape.js'

type Key = number | string

/**
 * One finalised block, held so that the endpoint keeps its state while it is read. Its methods that read reject and never
 * throw: in a `Promise.all`, a call that throws would leave the promises before it unhandled.
 */
export class Block {
  readonly number: number
  readonly hash: string
  readonly runtime: Runtime
  readonly #node: ChainNode
  readonly #signal: AbortSignal

  constructor(node: ChainNode, block: { number: number; hash: string }, runtime: Runtime, signal: AbortSignal) {
    this.number = block.number
    this.hash = block.hash
    this.runtime = runtime
    this.#node = node
    this.#signal = signal
  }

  /** @throws {UnexpectedShape} when the runtime does not store it */
  item(name: string): StorageItem {
    const item = this.runtime.item(name)
    if (!item) throw new UnexpectedShape(`the runtime does not store ${name}`)
    return item
  }

  /** Reads one value; an absent one is the runtime's default, or absent where it has none. */
  async value(name: string, ...keys: readonly Key[]): Promise<ChainValue> {
    const item = this.item(name)
    checkKeys(item, keys)
    const value = await decoding(item.name, this.#storage(item).getValue(...keys, this.#options))
    return new ChainValue(item.value, value, item.name)
  }

  /** Reads one value, where the runtime stores it. */
  async optional(name: string, ...keys: readonly Key[]): Promise<ChainValue | null> {
    return this.runtime.item(name) ? await this.value(name, ...keys) : null
  }

  /** Reads a value of each of these keys, in their order. */
  async values(name: string, keys: readonly (readonly Key[])[]): Promise<ChainValue[]> {
    const item = this.item(name)
    for (const one of keys) checkKeys(item, one)
    const values = await decoding(item.name, this.#storage(item).getValues(keys, this.#options))
    return values.map(value => new ChainValue(item.value, value, item.name))
  }

  /** Reads all values under the first key of a map with two. @returns each with its second key */
  async entries(name: string, key: Key): Promise<{ key: ChainValue; value: ChainValue }[]> {
    const item = this.item(name)
    checkKeys(item, [key], item.keys.slice(0, 1))
    const second = item.keys[1]
    if (!second) throw new UnexpectedShape(`${item.name} has not two keys`)
    const entries = await decoding(item.name, this.#storage(item).getEntries(key, this.#options))
    return entries.map(({ keyArgs, value }) => ({
      key: new ChainValue(second, keyArgs[1], `${item.name}'s key`),
      value: new ChainValue(item.value, value, item.name),
    }))
  }

  /** Asks a runtime API that the metadata describes. */
  async call(call: RuntimeCall, ...inputs: readonly (number | readonly number[])[]): Promise<ChainValue> {
    if (inputs.length !== call.inputs.length || !inputs.every((input, at) => fits(call.inputs[at]!, input)))
      throw new UnexpectedShape(`${call.name} takes other inputs`)
    const answer = await this.rawCall(`${call.api}_${call.name}`, call.encodeInputs(inputs))
    return new ChainValue(call.output, decoded(call, answer), call.name)
  }

  /** Asks a runtime API with encoded inputs, for an encoded answer. */
  async rawCall(name: string, input: Uint8Array): Promise<Uint8Array> {
    const params = [name, toHex(input), this.hash]
    const answer: unknown = await abortable(this.#node.client._request('state_call', params), this.#signal)
    if (typeof answer === 'string' && answer.startsWith('0x')) return Buffer.from(answer.slice(2), 'hex')
    throw new UnexpectedShape(`the answer of ${name} is not hexadecimal`)
  }

  /** @returns the hash of the chain's first block */
  async genesis(): Promise<string> {
    // polkadot-api asks the endpoint for this one; the chain itself forgets it after 4,096 blocks
    const hash: unknown = await this.#node.api.query.System!.BlockHash!.getValue(0, this.#options)
    if (isHash(hash)) return hash
    if (hash instanceof Uint8Array && hash.length === 32) return toHex(hash)
    throw new UnexpectedShape('the first block has no hash')
  }

  get #options() {
    return { at: this.hash, signal: this.#signal }
  }

  #storage(item: StorageItem): UnsafeStorage {
    return this.#node.api.query[item.pallet]![item.name] as unknown as UnsafeStorage
  }
}

/** The members in use of a storage entry of polkadot-api, for keys and values of any type. */
type UnsafeStorage = {
  getValue(...args: readonly unknown[]): Promise<unknown>
  getValues(keys: readonly (readonly unknown[])[], options: object): Promise<unknown[]>
  getEntries(...args: readonly unknown[]): Promise<{ keyArgs: readonly unknown[]; value: unknown }[]>
}

/**
 * Reads at the latest finalised block. When `read` settles, aborts the calls that are still open.
 *
 * Errors of the connection pass as polkadot-api throws them.
 *
 * @throws {ChainError} RUNTIME_UNSUPPORTED when `read` throws {@link UnexpectedShape} · the signal's reason
 */
export async function atFinalised<T>(
  node: ChainNode,
  signal: AbortSignal,
  read: (block: Block) => Promise<T>,
): Promise<T> {
  const latest = await abortable(node.client.getFinalizedBlock(), signal)
  const release = node.client.hodlBlock(latest.hash)
  // polkadot-api leaves a listener on the signal of each call that succeeds
  using work = linkedController(signal)
  try {
    const reading = runtimeAt(node, latest.hash, work.signal)
    const runtime = await abortable(reading, signal)
    return await abortable(read(new Block(node, latest, runtime, work.signal)), signal)
  } catch (error) {
    if (error instanceof UnexpectedShape) throw await unsupported(node, latest.hash, error, signal)
    throw error
  } finally {
    work.abort(CANCELLED)
    release()
  }
}

async function unsupported(
  node: ChainNode,
  hash: string,
  cause: UnexpectedShape,
  signal: AbortSignal,
): Promise<ChainError> {
  // the cause may be that the version cannot be read
  const spec = await abortable(
    specVersionAt(node, hash, signal).catch(() => 'of unknown version'),
    signal,
  )
  return new ChainError('RUNTIME_UNSUPPORTED', `cannot read runtime ${spec} of the chain: ${cause.message}`, {
    hint: 'update the miner: npm install -g bittensor-miner@latest',
    cause,
  })
}

/** The decoders of polkadot-api throw a RangeError where bytes end early. A TypeError is a race inside the library. */
async function decoding<T>(name: string, value: Promise<T>): Promise<T> {
  try {
    return await value
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw unlikeMetadata(name, cause)
  }
}

function decoded(call: RuntimeCall, answer: Uint8Array): unknown {
  try {
    return call.decodeOutput(answer)
  } catch (cause) {
    throw unlikeMetadata(call.name, cause)
  }
}

function unlikeMetadata(name: string, cause: unknown): UnexpectedShape {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new UnexpectedShape(`${name} is not what the metadata says: ${text}`, { cause })
}

/** polkadot-api encodes what does not fit: a netuid of 70000 as 4464. */
function checkKeys(item: StorageItem, keys: readonly Key[], shapes = item.keys): void {
  if (keys.length !== shapes.length || !keys.every((key, at) => fits(shapes[at]!, key)))
    throw new UnexpectedShape(`${item.name} has other keys`)
}

function fits(shape: TypeShape, value: Key | readonly number[]): boolean {
  if (Array.isArray(value)) return shape.kind === 'list' && value.every(one => fits(shape.of, one))
  if (typeof value === 'string') return shape.kind === 'account'
  const bits = { u8: 8, u16: 16, u32: 32 }
  for (const type of ['u8', 'u16', 'u32'] as const)
    if (isInteger(shape, type)) return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** bits[type]
  return false
}

/** Returns whether a value is the hash of a block, in hexadecimal. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value)
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}
