import { abortable, linkedController } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import { quote } from '../../text/escape.js'
import type { ChainHead } from '../chain.js'
import { ChainError } from '../chain-error.js'
import type { ChainNode } from '../chain-node.js'
import { isHash } from '../read/block.js'
import { readHead, readNewestTime } from '../read/read-head.js'
import { boundProvider } from './bounded-provider.js'
import type { ChainEndpoint } from './chain-endpoint.js'
import { chainSocketClass } from './chain-socket.js'
import { endpointError, wrongChain } from './endpoint-errors.js'
import type { ChainLimits } from './limits.js'

/** What an endpoint was seen to hold, and when. Times are epoch milliseconds. */
export type HeadSample = {
  readonly head: ChainHead
  /** the time of its newest block, finalised or not */
  readonly newestAt: number
  /** by this machine's clock */
  readonly readAt: number
}

type LinkOptions = {
  readonly endpoint: ChainEndpoint
  readonly limits: ChainLimits
  readonly now: () => number
  /** the looks of a link before it on the same endpoint */
  readonly samples?: readonly HeadSample[]
}

/**
 * One client of polkadot-api on one endpoint. It ends with the first failure: polkadot-api's own way to connect again,
 * which has no bound and prints, never runs.
 */
export class Link {
  readonly endpoint: ChainEndpoint
  readonly #limits: ChainLimits
  readonly #now: () => number
  readonly #node: ChainNode
  readonly #ended: AbortController
  #genesis = ''
  #samples: readonly HeadSample[]
  #calls = 0
  #isRetired = false

  private constructor({ endpoint, limits, now, samples = [] }: LinkOptions, node: ChainNode, ended: AbortController) {
    this.endpoint = endpoint
    this.#limits = limits
    this.#now = now
    this.#samples = samples
    this.#node = node
    this.#ended = ended
  }

  /**
   * Connects to an endpoint, and asks what it is.
   *
   * @param genesis of the chain that it must belong to
   * @param signal ends the attempt
   * @throws {ChainError} WRONG_CHAIN · CALL_FAILED · CALL_TIMEOUT · ENDPOINT_BUSY
   */
  static async open(options: LinkOptions, genesis: string | undefined, signal: AbortSignal): Promise<Link> {
    const { endpoint, limits, now } = options
    // Loaded when a chain is used: together they take 200 ms.
    const [{ createClient }, { getWsProvider }] = await Promise.all([import('polkadot-api'), import('polkadot-api/ws')])
    signal.throwIfAborted()
    const ended = new AbortController()
    const end = (error: ChainError) => ended.abort(error)
    const { ChainSocket, close } = chainSocketClass({ ...limits, name: endpoint.name, now, onFailure: end })
    const provider = getWsProvider(endpoint.url, {
      websocketClass: ChainSocket,
      timeout: limits.connectMs,
      heartbeatTimeout: limits.heartbeatMs,
      // Comes before the calls in flight fail, which then have this reason.
      onStatusChanged: ({ type }) =>
        type === 'ERROR' && end(endpointError('CALL_TIMEOUT', endpoint.name, 'does not answer')),
    })
    const fail = (what: string) => end(endpointError('CALL_FAILED', endpoint.name, what))
    const bounded = boundProvider(provider, {
      onTooManyFollows: () => fail('stops following the chain again and again'),
      onUnfitMetadata: () => fail('sends metadata that cannot be decoded'),
    })
    const client = createClient(bounded.provider, {
      getMetadata: async codeHash => endpoint.metadataOf(codeHash),
      setMetadata: (codeHash, bytes) => endpoint.keepMetadata(codeHash, bytes),
    })
    const link = new Link(options, { client, api: client.getUnsafeApi() }, ended)
    // polkadot-api sets its timer to connect again after it reports the status; disconnecting clears that timer.
    const disconnect = () => {
      bounded.disconnect()
      close()
    }
    ended.signal.addEventListener('abort', () => queueMicrotask(disconnect), { once: true })
    try {
      await link.run((_node, during) => link.#identify(genesis, during), limits.readyMs, signal)
      return link
    } catch (error) {
      // Nothing is wrong with the connection: the metadata may be the reason.
      if (!link.hasEnded) endpoint.forgetMetadata()
      link.end(error instanceof ChainError ? error : link.#left())
      throw error
    }
  }

  get genesis(): string {
    return this.#genesis
  }

  /** at the last look */
  get sample(): HeadSample {
    return this.#samples.at(-1)!
  }

  /** the looks of the last quarter of an hour */
  get samples(): readonly HeadSample[] {
    return this.#samples
  }

  /** Whether another one has taken its place. */
  get isRetired(): boolean {
    return this.#isRetired
  }

  get hasEnded(): boolean {
    return this.#ended.signal.aborted
  }

  /** Calls when the link ends, with the reason, also when it has ended already. */
  whenEnded(listener: (error: ChainError) => void): void {
    const { signal } = this.#ended
    if (signal.aborted) listener(signal.reason)
    else signal.addEventListener('abort', () => listener(signal.reason), { once: true })
  }

  /**
   * Calls the endpoint.
   *
   * @throws {ChainError} CALL_TIMEOUT, and the link ends · the one that ended the link · any of the call itself ·
   *   CALL_FAILED for every other error
   */
  async run<T>(
    call: (node: ChainNode, signal: AbortSignal) => Promise<T>,
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    signal?.throwIfAborted()
    const { signal: ended } = this.#ended
    ended.throwIfAborted()
    const reason = () => endpointError('CALL_TIMEOUT', this.endpoint.name, `took longer than ${ms / 1000} s`)
    using limit = timeoutSignal({ ms, reason, parent: signal })
    using during = linkedController(limit.signal)
    const abort = () => during.abort(ended.reason)
    ended.addEventListener('abort', abort, { once: true })
    this.#calls += 1
    try {
      return await abortable(call(this.#node, during.signal), during.signal)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (limit.signal.aborted && !ended.aborted) this.end(limit.signal.reason)
      if (ended.aborted) throw ended.reason
      // An error with a hint is of this program, and no fault of the endpoint.
      if (error instanceof Error && 'hint' in error) throw error
      throw endpointError('CALL_FAILED', this.endpoint.name, `answers a call with an error: ${textOf(error)}`, {
        cause: error,
      })
    } finally {
      ended.removeEventListener('abort', abort)
      this.#calls -= 1
      if (this.#isRetired && this.#calls === 0) this.end(this.#left())
    }
  }

  /** Looks at the head. */
  async look(signal?: AbortSignal): Promise<HeadSample> {
    return await this.run((node, during) => this.#sample(node, during), this.#limits.callMs, signal)
  }

  /** Measures how long one small call takes, in milliseconds. */
  async latency(signal?: AbortSignal): Promise<number> {
    const start = performance.now()
    await this.run(({ client }) => client._request('chainSpec_v1_chainName', []), this.#limits.callMs, signal)
    return performance.now() - start
  }

  /** Ends the link at once, with a reason for the calls in flight. */
  end(error: ChainError): void {
    this.#ended.abort(error)
  }

  /** Ends the link when the calls in flight are done: another one takes its place. */
  retire(): void {
    this.#isRetired = true
    if (this.#calls === 0) this.end(this.#left())
  }

  #left(): ChainError {
    return endpointError('CALL_FAILED', this.endpoint.name, 'was left for another')
  }

  async #identify(genesis: string | undefined, signal: AbortSignal): Promise<void> {
    const { genesisHash } = await this.#node.client.getChainSpecData()
    if (!isHash(genesisHash)) throw endpointError('CALL_FAILED', this.endpoint.name, 'tells no hash of its first block')
    if (genesis !== undefined && genesisHash !== genesis) throw wrongChain(this.endpoint.name, genesis, genesisHash)
    this.#genesis = genesisHash
    await this.#sample(this.#node, signal)
  }

  async #sample(node: ChainNode, signal: AbortSignal): Promise<HeadSample> {
    const [head, newestAt] = await Promise.all([readHead(node, signal), readNewestTime(node, signal)])
    const sample = { head, newestAt, readAt: this.#now() }
    const recent = this.#samples.filter(({ readAt }) => Math.abs(sample.readAt - readAt) < 900_000).slice(-9)
    this.#samples = [...recent, sample]
    return sample
  }
}

function textOf(error: unknown): string {
  return quote(error instanceof Error ? error.message || error.name : String(error))
}
