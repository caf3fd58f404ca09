import { Worker } from 'node:worker_threads'
import { abortable } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import type { Announcement, Chain, ChainEvent, ChainHead, Connection, Registration, Signer } from '../chain.js'
import { ChainError } from '../chain-error.js'
import { type ChainLimits, defaultLimits } from '../connect/limits.js'
import type { Metagraph, Subnet } from '../metagraph.js'
import { type Network, resolveNetwork } from '../networks.js'
import type { OpenChainOptions } from '../open-chain.js'
import { announcingSigner } from '../write/announcing-signer.js'
import { CapturedOutput } from './captured-output.js'
import type { ChainWorkerData } from './chain-worker.js'
import type { ChainCall, ChainReport, ChainTask } from './messages.js'
import { fromPlainError } from './plain-error.js'

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
 * When the thread ends, or no longer answers, the open calls fail with CALL_FAILED or CALL_TIMEOUT, and a new thread starts:
 * after half a second at first, and at most half a minute. It begins with the next endpoint, since what the one before sent
 * may be the cause. The thread never keeps the process alive; an open call does.
 *
 * A signer stays in this thread, and signs nothing but the announcement: what it throws, `announce` throws.
 */
export function openChainThread(options: OpenChainThreadOptions): Chain {
  return new ChainThread(options)
}

class ChainThread implements Chain {
  readonly #code: URL
  readonly #network: Network
  #data: ChainWorkerData
  readonly #limits: ChainLimits
  readonly #onEvent: ((event: ChainEvent) => void) | undefined
  readonly #pingMs: number
  readonly #output: CapturedOutput
  readonly #calls = new Map<number, OpenCall>()
  #worker: Worker | undefined
  #startedAt = 0
  #lastId = 0
  /** one after the other, without a thread in between that lasted */
  #failures = 0
  #restart: NodeJS.Timeout | undefined
  #pings: NodeJS.Timeout | undefined
  #unanswered = 0
  #isClosed = false

  constructor({ network, endpoints, limits, onEvent, code = CODE, pingMs = PING_MS }: OpenChainThreadOptions) {
    this.#code = code
    this.#pingMs = pingMs
    this.#network = resolveNetwork(network, endpoints)
    this.#data = { network, endpoints: this.#network.endpoints, ...(limits && { limits }) }
    this.#limits = { ...defaultLimits, ...limits }
    this.#onEvent = onEvent
    this.#output = new CapturedOutput(text => this.#emit({ event: 'chainLibrary', text }))
    this.#start()
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
    clearTimeout(this.#restart)
    this.#failCalls(closed())
    if (this.#worker) await end(this.#worker)
    this.#worker = undefined
    this.#output[Symbol.dispose]()
  }

  async #call<T>(call: ChainCall, { signal, signer }: CallOptions): Promise<T> {
    signal?.throwIfAborted()
    if (this.#isClosed) throw closed()
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const ms = longestMs(call, this.#limits)
    using limit = timeoutSignal({ ms, parent: signal, reason: () => tooSlow(ms) })
    this.#calls.set(id, { call, signer, resolve, reject })
    this.#send({ task: 'call', id, call })
    this.#watch()
    try {
      return (await abortable(promise, limit.signal)) as T
    } catch (error) {
      const isOpen = this.#calls.delete(id)
      if (isOpen) this.#send({ task: 'abort', id })
      if (isOpen && !signal?.aborted) this.#replace(tooSlow(ms))
      throw error
    }
  }

  #start(): void {
    this.#startedAt = performance.now()
    this.#unanswered = 0
    try {
      this.#worker = this.#open()
    } catch (cause) {
      this.#fail(ended(cause))
      return
    }
    for (const [id, { call }] of this.#calls) this.#send({ task: 'call', id, call })
  }

  #open(): Worker {
    const worker = new Worker(this.#code, {
      name: 'chain',
      workerData: this.#data,
      env: environment(),
      execArgv: [], // `--input-type` of a program given by `--eval` is an error in a thread
      resourceLimits: MEMORY,
      // The thread captures its own output. These keep what it cannot capture from the program's.
      stdout: true,
      stderr: true,
    })
    const fail = (cause: unknown) => this.#worker === worker && this.#replace(ended(cause))
    worker.on('message', message => this.#worker === worker && this.#receive(message))
    worker.on('messageerror', fail)
    worker.on('error', fail)
    worker.on('exit', status => fail(new Error(`it ended with exit code ${status}`)))
    worker.unref()
    return worker
  }

  #receive(message: ChainReport): void {
    this.#unanswered = 0
    switch (message.report) {
      case 'result':
        this.#settle(message.id)?.resolve(message.result)
        break
      case 'error':
        this.#settle(message.id)?.reject(fromPlainError(message.error))
        break
      case 'sign':
        void this.#sign(message)
        break
      case 'event':
        this.#emit(message.event)
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
      // A call that is open no more may be one of a thread before this one, which gave the number to another signature.
      if (signature && this.#calls.has(id)) this.#send({ task: 'signed', number, signature })
    } catch (error) {
      this.#settle(id)?.reject(error)
      this.#send({ task: 'abort', id })
    }
  }

  #settle(id: number): OpenCall | undefined {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    return call
  }

  /** Sends nothing while there is no thread: the next one is sent the calls that are open then. */
  #send(task: ChainTask): void {
    this.#worker?.postMessage(task)
  }

  /** Asks the thread for a sign of life, as long as calls are open. */
  #watch(): void {
    if (this.#pings) return
    this.#unanswered = 0
    this.#pings = setInterval(() => {
      if (this.#calls.size === 0) {
        clearInterval(this.#pings)
        this.#pings = undefined
      } else if (this.#unanswered === MOST_UNANSWERED) {
        this.#replace(hanging())
      } else if (this.#worker) {
        this.#unanswered += 1
        this.#send({ task: 'ping' })
      }
    }, this.#pingMs).unref()
  }

  /** As {@link #fail}, and ends the thread in case it still runs. Does nothing when another is due already. */
  #replace(error: ChainError): void {
    const worker = this.#worker
    if (!worker || this.#isClosed) return
    this.#worker = undefined
    this.#fail(error)
    void worker.terminate()
  }

  /** Fails the open calls, and starts another thread later. */
  #fail(error: ChainError): void {
    this.#failCalls(error)
    if (performance.now() - this.#startedAt > LASTING_MS) this.#failures = 0
    const ms = Math.min(FIRST_RESTART_MS * 2 ** this.#failures, LAST_RESTART_MS)
    this.#failures += 1
    const [first, ...others] = this.#data.endpoints
    this.#data = { ...this.#data, endpoints: [...others, first!] }
    this.#restart = setTimeout(() => this.#start(), ms).unref()
    const text = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause ?? '')
    this.#output.add(`${error.message}; another thread starts in ${ms / 1000} s\n${text}`)
  }

  #failCalls(error: ChainError): void {
    clearInterval(this.#pings)
    this.#pings = undefined
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

const CODE = new URL('./chain-worker.js', import.meta.url)

/**
 * Measured with 1,024 neurons: the thread uses 25 MB of heap, and makes the process 80 MB larger. With Node's defaults it
 * would be 120 MB, and on runtime 218 over 300 MB.
 */
const MEMORY = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

/** Six pings without an answer: half a minute. Counted, because a pause of this thread lets no ping go unanswered. */
const PING_MS = 5_000
const MOST_UNANSWERED = 6

const FIRST_RESTART_MS = 500
const LAST_RESTART_MS = 30_000
/** The failure of a thread that lasted so long counts as the first. */
const LASTING_MS = 60_000

/** What Node and ws read. The rest of the environment may hold secrets, and the thread needs none of it. */
const VARIABLES = ['NODE_DEBUG', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'SSL_CERT_DIR', 'SSL_CERT_FILE']

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(VARIABLES.flatMap(name => (name in process.env ? [[name, process.env[name]]] : [])))
}

/** The longest time that `openChain` may take: it connects again when an endpoint fails, and calls a second time. */
function longestMs({ method }: ChainCall, { openMs, callMs, announceMs }: ChainLimits): number {
  return 3 * (openMs + callMs) + (method === 'announce' ? announceMs : 0)
}

/** Lets the thread close its connection, and ends it after a second in any case. */
async function end(worker: Worker): Promise<void> {
  const exit = Promise.withResolvers<void>()
  worker.once('exit', () => exit.resolve())
  worker.postMessage({ task: 'close' } satisfies ChainTask)
  const timer = setTimeout(exit.resolve, CLOSE_MS)
  await exit.promise
  clearTimeout(timer)
  await worker.terminate()
}

const CLOSE_MS = 1_000

const AGAIN = 'try again in some seconds; if it happens often, please report it'

function ended(cause: unknown): ChainError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ChainError('CALL_FAILED', `the thread of the chain's client failed: ${reason}`, { hint: AGAIN, cause })
}

function hanging(): ChainError {
  return new ChainError('CALL_TIMEOUT', "the thread of the chain's client does not answer", { hint: AGAIN })
}

function tooSlow(ms: number): ChainError {
  return new ChainError('CALL_TIMEOUT', `the chain's client took longer than ${ms / 1000} s`, { hint: AGAIN })
}

function closed(): ChainError {
  return new ChainError('CALL_FAILED', 'the connection to the chain was closed', { hint: 'open it again' })
}
