import type { BlockInfo } from 'polkadot-api'
import { abortable, CANCELLED, linkedController } from '../../async/abortable.js'
import type { ChainNode } from '../chain-node.js'
import { dispatchReason, poolReason, validityReason } from './reason.js'

/** A node refuses a transaction, or a block includes it and it fails there. */
export class TransactionRefused extends Error {
  override readonly name = 'TransactionRefused'
  /** the name of the error, as the runtime has it: `ServingRateLimitExceeded`, `Stale`, `Custom(12)` */
  readonly reason: string

  constructor(reason: string, cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

type SubmitOptions = {
  readonly signal: AbortSignal
  /** called once the pool of the node has the transaction */
  readonly onSubmitted: () => void
}

/**
 * Submits a signed transaction and waits, until the signal aborts, for a best block in which it succeeds.
 *
 * `signAndSubmit` of polkadot-api is not used: it waits for good when the nonce lies in the future; it submits again each
 * 5 s what the pool refuses, and reports no refusal; and it throws outside of every handler when its client is destroyed
 * meanwhile, which ends the thread.
 *
 * @throws {TransactionRefused} · polkadot-api's errors when the connection fails · the signal's reason
 */
export async function submit(
  node: ChainNode,
  transaction: Uint8Array,
  { signal, onSubmitted }: SubmitOptions,
): Promise<BlockInfo> {
  await validate(node, transaction, signal)
  using work = linkedController(signal)
  try {
    const inclusion = watchFor(node, transaction, work.signal)
    await abortable(Promise.race([inclusion.isWatching, inclusion.block]), signal)
    await abortable(sendToPool(node, transaction), signal)
    onSubmitted()
    return await abortable(inclusion.block, signal)
  } finally {
    work.abort(CANCELLED)
  }
}

/**
 * Has the runtime validate a transaction at the newest blocks. Its error is typed; the pool, which validates it again, gives
 * text.
 */
async function validate({ client }: ChainNode, transaction: Uint8Array, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const validation = client.submitAndWatch(transaction).subscribe({
    // The first event: the transaction is valid. Unsubscribe at once, before polkadot-api goes on and submits it.
    next() {
      validation.unsubscribe()
      resolve()
    },
    error: reject,
  })
  using _ = unsubscribeOnAbort(validation, signal)
  try {
    await abortable(promise, signal)
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidTxError' && 'error' in error)
      throw new TransactionRefused(validityReason(error.error), error)
    throw error
  }
}

/** Gives a transaction to the node's pool, which passes it on to other nodes. */
async function sendToPool({ client }: ChainNode, transaction: Uint8Array): Promise<void> {
  try {
    await client._request('author_submitExtrinsic', [`0x${Buffer.from(transaction).toString('hex')}`])
  } catch (error) {
    const reason = poolReason(error)
    if (reason === undefined) throw error
    if (reason !== 'AlreadyImported') throw new TransactionRefused(reason, error)
  }
}

type Watch = {
  /** resolves when every block from then on is looked at */
  readonly isWatching: Promise<void>
  /** the first best block in which the transaction succeeds */
  readonly block: Promise<BlockInfo>
}

/**
 * Looks for a transaction in the best blocks until the signal aborts. After each block without it, has it validated again:
 * no block will include a transaction that was outrun, by another one of the same account, or by a change of the chain.
 */
function watchFor(node: ChainNode, transaction: Uint8Array, signal: AbortSignal): Watch {
  const watching = Promise.withResolvers<void>()
  const found = Promise.withResolvers<BlockInfo>()
  found.promise.catch(() => {}) // it may reject before `submit` waits for it
  const looks = new Map<string, Promise<boolean>>()
  let isValidating = false
  const look = async (block: BlockInfo) => {
    const isSuccess = await isSuccessIn(node, transaction, block)
    if (isSuccess) found.resolve(block)
    return isSuccess
  }
  const revalidate = async () => {
    if (isValidating || signal.aborted) return
    isValidating = true
    const refusal = await refusalNow(node, transaction, signal)
    isValidating = false
    // A block that includes a transaction makes it invalid, too. The client knows all blocks at which it was validated.
    const looked = await Promise.all(looks.values())
    if (refusal && !looked.includes(true)) found.reject(refusal)
  }
  const subscription = node.client.bestBlocks$.subscribe({
    next(blocks) {
      const isFirst = looks.size === 0
      for (const block of blocks) {
        if (looks.has(block.hash)) continue
        const looking = isFirst ? Promise.resolve(false) : look(block)
        looks.set(block.hash, looking)
        if (!isFirst) looking.then(isSuccess => (isSuccess ? undefined : revalidate())).catch(found.reject)
      }
      watching.resolve()
    },
    error: found.reject,
    complete: () => found.reject(new Error('the client of the chain was closed')),
  })
  unsubscribeOnAbort(subscription, signal)
  return { isWatching: watching.promise, block: found.promise }
}

/** @returns undefined also when the node does not answer: that tells nothing about the transaction */
async function refusalNow(
  node: ChainNode,
  transaction: Uint8Array,
  signal: AbortSignal,
): Promise<TransactionRefused | undefined> {
  try {
    await validate(node, transaction, signal)
  } catch (error) {
    if (error instanceof TransactionRefused) return error
  }
  return
}

/** Ends a subscription at once when the signal aborts: the client may be destroyed next. Disposing it ends it as well. */
function unsubscribeOnAbort(subscription: { unsubscribe(): void }, signal: AbortSignal): Disposable {
  const end = () => subscription.unsubscribe()
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  return {
    [Symbol.dispose]() {
      signal.removeEventListener('abort', end)
      end()
    },
  }
}

/**
 * @returns false: the block does not include the transaction
 * @throws {TransactionRefused} when it fails in this block
 */
async function isSuccessIn({ client, api }: ChainNode, transaction: Uint8Array, { hash }: BlockInfo): Promise<boolean> {
  const release = client.hodlBlock(hash) // a finalised block is forgotten soon
  try {
    const body = await client.getBlockBody(hash)
    const index = body.findIndex(other => Buffer.compare(other, transaction) === 0)
    if (index === -1) return false
    const events = (await api.query.System!.Events!.getValue({ at: hash })) as readonly EventRecord[]
    const failure = events.find(
      ({ phase, event }) =>
        phase.type === 'ApplyExtrinsic' &&
        phase.value === index &&
        event.type === 'System' &&
        event.value.type === 'ExtrinsicFailed',
    )
    if (failure) throw new TransactionRefused(dispatchReason(failure.event.value.value?.dispatch_error))
    return true
  } finally {
    release()
  }
}

/** An entry of the storage `System.Events`. */
type EventRecord = {
  readonly phase: { readonly type: string; readonly value?: unknown }
  readonly event: {
    readonly type: string
    readonly value: { readonly type: string; readonly value?: { readonly dispatch_error?: unknown } }
  }
}
