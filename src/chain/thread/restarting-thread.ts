import { Worker } from 'node:worker_threads'
import type { ChainError } from '../chain-error.js'
import type { ChainWorkerData } from './chain-worker.js'
import type { ChainReport, ChainTask } from './messages.js'
import { threadEnded, threadHangs } from './thread-errors.js'

type RestartingThreadOptions = {
  /** the thread's script */
  readonly code: URL
  readonly data: ChainWorkerData
  /** milliseconds between two pings, six of which a thread may leave unanswered */
  readonly pingMs: number
  /** called when a thread has started, to send it what it shall do */
  readonly onStart: () => void
  /** called when a thread has ended: no answer of it will come any more */
  readonly onEnd: (error: ChainError) => void
  readonly onReport: (report: ChainReport) => void
  /** receives why another thread starts, for the log */
  readonly onText: (text: string) => void
}

/**
 * The thread of the chain's client. When it ends, or answers no ping, another one starts: after half a second at first, and
 * at most half a minute. It begins with the next endpoint, since what the one before sent may be the cause. The thread never
 * keeps the process alive.
 */
export class RestartingThread implements AsyncDisposable {
  readonly #options: RestartingThreadOptions
  #data: ChainWorkerData
  #worker: Worker | undefined
  #startedAt = 0
  /** one after the other, without a thread in between that lasted */
  #failures = 0
  #restart: NodeJS.Timeout | undefined
  #pings: NodeJS.Timeout | undefined
  #unanswered = 0
  #isClosed = false

  constructor(options: RestartingThreadOptions) {
    this.#options = options
    this.#data = options.data
  }

  start(): void {
    this.#startedAt = performance.now()
    this.#unanswered = 0
    try {
      this.#worker = this.#open()
    } catch (cause) {
      this.#fail(threadEnded(cause))
      return
    }
    this.#options.onStart()
  }

  /** Sends nothing while there is no thread. */
  send(task: ChainTask): void {
    this.#worker?.postMessage(task)
  }

  /** Pings the thread for as long as it has work. */
  watch(hasWork: () => boolean): void {
    if (this.#pings) return
    this.#unanswered = 0
    this.#pings = setInterval(() => {
      if (!hasWork()) {
        this.#stopPings()
      } else if (this.#unanswered === MOST_UNANSWERED) {
        this.replace(threadHangs())
      } else if (this.#worker) {
        this.#unanswered += 1
        this.send({ task: 'ping' })
      }
    }, this.#options.pingMs).unref()
  }

  /** Ends the thread, and starts another one later. Does nothing when another is due already. */
  replace(error: ChainError): void {
    const worker = this.#worker
    if (!worker || this.#isClosed) return
    this.#worker = undefined
    this.#fail(error)
    void worker.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#restart)
    this.#stopPings()
    if (this.#worker) await end(this.#worker)
    this.#worker = undefined
  }

  #open(): Worker {
    const worker = new Worker(this.#options.code, {
      name: 'chain',
      workerData: this.#data,
      env: environment(),
      execArgv: [], // `--input-type` of a program given by `--eval` is an error in a thread
      resourceLimits: MEMORY,
      // The thread captures its own output. These keep what it cannot capture from the program's.
      stdout: true,
      stderr: true,
    })
    const fail = (cause: unknown) => this.#worker === worker && this.replace(threadEnded(cause))
    worker.on('message', message => this.#worker === worker && this.#receive(message))
    worker.on('messageerror', fail)
    worker.on('error', fail)
    worker.on('exit', status => fail(new Error(`it ended with exit code ${status}`)))
    worker.unref()
    return worker
  }

  #receive(report: ChainReport): void {
    this.#unanswered = 0
    this.#options.onReport(report)
  }

  #fail(error: ChainError): void {
    this.#stopPings()
    this.#options.onEnd(error)
    if (performance.now() - this.#startedAt > LASTING_MS) this.#failures = 0
    const ms = Math.min(FIRST_RESTART_MS * 2 ** this.#failures, LAST_RESTART_MS)
    this.#failures += 1
    const [first, ...others] = this.#data.endpoints
    this.#data = { ...this.#data, endpoints: [...others, first!] }
    this.#restart = setTimeout(() => this.start(), ms).unref()
    const text = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause ?? '')
    this.#options.onText(`${error.message}; another thread starts in ${ms / 1000} s\n${text}`)
  }

  #stopPings(): void {
    clearInterval(this.#pings)
    this.#pings = undefined
  }
}

/**
 * Measured with 1,024 neurons: the thread uses 25 MB of heap, and makes the process 80 MB larger. With Node's defaults it
 * would be 120 MB, and on runtime 218 over 300 MB.
 */
const MEMORY = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

/** At the usual 5 s half a minute. Counted, because a pause of this thread lets no ping go unanswered. */
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
