import { abortable } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import type { Announcement, Chain, ChainEvent, ChainHead, Connection, Registration, Signer } from '../chain.js'
import { connectionClosed, isOfRuntime } from '../connect/endpoint-errors.js'
import { type ChainLimits, defaultLimits } from '../connect/limits.js'
import type { Economy, Metagraph, Subnet } from '../metagraph.js'
import { type Network, resolveNetwork } from '../networks.js'
import type { OpenChainOptions } from '../open-chain.js'
import { announcingSigner } from '../write/announcing-signer.js'
import { CapturedOutput } from './captured-output.js'
import type { ChainCall, ChainReport } from './messages.js'
import { fromPlainError, toPlainError } from './plain-error.js'
import { RestartingThread } from './restarting-thread.js'
import { threadTooSlow } from './thread-errors.js'

type OpenChainThreadOptions = Omit<OpenChainOptions, 'now'> & {
  /** the thread's script; for tests */
  readonly code?: URL
  /** milliseconds between two pings, six of which a thread may leave unanswered; for tests */
  readonly pingMs?: number
}

/**
 * Opens a chain in a thread of its own, as `openChain` does in this one. polkadot-api prints to the console, can retry in a
 * tight loop, and throws where no handler is: there it can neither print, nor delay the axon, nor end the program. What it
 * prints becomes the event `chainLibrary`.
 *
 * When the thread ends, or no longer answers, the open calls fail with CALL_FAILED or CALL_TIMEOUT, and a new thread starts.
 * The thread never keeps the process alive; an open call does.
 *
 * A signer stays in this thread, and signs nothing but the announcement: what it throws, `announce` throws.
 */
export function openChainThread(options: OpenChainThreadOptions): Chain {
  return new ChainThread(options)
}

class ChainThread implements Chain {
  readonly #network: Network
  readonly #limits: ChainLimits
  readonly #onEvent: ((event: ChainEvent) => void) | undefined
  readonly #output: CapturedOutput
  readonly #thread: RestartingThread
  readonly #calls = new Map<number, OpenCall>()
  #lastId = 0
  #isClosed = false

  constructor({ network, endpoints, limits, onEvent, code = CODE, pingMs = PING_MS }: OpenChainThreadOptions) {
    this.#network = resolveNetwork(network, endpoints)
    this.#limits = { ...defaultLimits, ...limits }
    this.#onEvent = onEvent
    this.#output = new CapturedOutput(text => this.#emit({ event: 'chainLibrary', text }))
    this.#thread = new RestartingThread({
      code,
      data: { network, endpoints: this.#network.endpoints, ...(limits && { limits }) },
      pingMs,
      onStart: () => this.#sendCalls(),
      onEnd: error => this.#failCalls(error),
      onReport: report => this.#receive(report),
      onText: text => this.#output.add(text),
    })
    this.#thread.start()
  }

  connection(signal?: AbortSignal): Promise<Connection> {
    return this.#call({ method: 'connection' }, { signal })
  }

  head(signal?: AbortSignal): Promise<ChainHead> {
    return this.#call({ method: 'head' }, { signal })
  }

  subnet(netuid: number, signal?: AbortSignal): Promise<Subnet> {
    return this.#call({ method: 'subnet', netuid }, { signal })
  }

  metagraph(netuid: number, signal?: AbortSignal): Promise<Metagraph> {
    return this.#call({ method: 'metagraph', netuid }, { signal })
  }

  economy(netuid: number, uid: number, signal?: AbortSignal): Promise<Economy> {
    return this.#call({ method: 'economy', netuid, uid }, { signal })
  }

  registration(netuid: number, hotkey: string, signal?: AbortSignal): Promise<Registration | null> {
    return this.#call({ method: 'registration', netuid, hotkey }, { signal })
  }

  announce(announcement: Announcement, signer: Signer, signal?: AbortSignal): Promise<{ readonly block: number }> {
    const { genesis } = this.#network
    const call: ChainCall = { method: 'announce', announcement, publicKey: signer.publicKey }
    return this.#call(call, { signal, signer: announcingSigner(signer, announcement, genesis) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#failCalls(connectionClosed())
    await this.#thread[Symbol.asyncDispose]()
    this.#output[Symbol.dispose]()
  }

  async #call<T>(call: ChainCall, { signal, signer }: CallOptions): Promise<T> {
    signal?.throwIfAborted()
    if (this.#isClosed) throw connectionClosed()
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const ms = longestMs(call, this.#limits)
    using limit = timeoutSignal({ ms, parent: signal, reason: () => threadTooSlow(ms) })
    this.#calls.set(id, { call, signer, resolve, reject })
    this.#thread.send({ task: 'call', id, call })
    this.#thread.watch(() => this.#calls.size > 0)
    try {
      return (await abortable(promise, limit.signal)) as T
    } catch (error) {
      const isOpen = this.#calls.delete(id)
      if (isOpen) this.#thread.send({ task: 'abort', id })
      if (isOpen && !signal?.aborted) this.#thread.replace(threadTooSlow(ms))
      throw error
    }
  }

  /** Sends the calls that came while there was no thread. */
  #sendCalls(): void {
    for (const [id, { call }] of this.#calls) this.#thread.send({ task: 'call', id, call })
  }

  #receive(report: ChainReport): void {
    switch (report.report) {
      case 'result':
        this.#settle(report.id)?.resolve(report.result)
        break
      case 'error':
        this.#settle(report.id)?.reject(fromPlainError(report.error))
        break
      case 'sign':
        void this.#sign(report)
        break
      case 'event':
        this.#emit(report.event)
    }
  }

  #emit(event: ChainEvent): void {
    try {
      this.#onEvent?.(event)
    } catch {
      // A log that fails must not end the program.
    }
  }

  async #sign({ id, number, text }: ChainReport & { readonly report: 'sign' }): Promise<void> {
    try {
      const signature = await this.#calls.get(id)?.signer?.sign(text)
      // A call that has ended may be one of the thread before, whose numbers this one uses again.
      if (signature && this.#calls.has(id)) this.#thread.send({ task: 'signed', number, signature })
    } catch (error) {
      if (!this.#calls.has(id)) return
      // What one endpoint would have the hotkey sign, another may not.
      if (isOfRuntime(error)) return this.#thread.send({ task: 'unsigned', number, error: toPlainError(error) })
      this.#settle(id)?.reject(error)
      this.#thread.send({ task: 'abort', id })
    }
  }

  #settle(id: number): OpenCall | undefined {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    return call
  }

  #failCalls(error: unknown): void {
    for (const id of this.#calls.keys()) this.#settle(id)?.reject(error)
  }
}

type OpenCall = {
  readonly call: ChainCall
  readonly signer: Signer | undefined
  resolve(result: unknown): void
  reject(error: unknown): void
}

type CallOptions = { readonly signal: AbortSignal | undefined; readonly signer?: Signer }

const CODE = new URL(import.meta.resolve('#dist/chain/thread/chain-worker.js'))

const PING_MS = 5_000

/** The longest time that `openChain` may take: it connects and calls again when an endpoint fails, and when it is unfit. */
function longestMs({ method }: ChainCall, { openMs, callMs, announceMs }: ChainLimits): number {
  return 4 * (openMs + callMs) + (method === 'announce' ? announceMs : 0)
}
