import { setTimeout } from 'node:timers/promises'
import { connectRedis, type RedisConnection } from './redis-connection.js'

export type RedisLinkOptions = {
  readonly url: string
  /** how long a command waits for its reply */
  readonly commandMs: number
  /** called before a connection is used, whose server may have forgotten what it was told before */
  readonly onUnknown: (why: string) => void
  /** called when a connection can be used */
  readonly onConnected: () => void
  /** called when a connection is lost, and for each failure to connect again */
  readonly onLost: (cause: unknown) => void
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 2_000

/** A connection to Redis that is opened again when it is lost. Nothing waits for it, and nothing is sent twice. */
export class RedisLink implements Disposable {
  readonly #options: RedisLinkOptions
  readonly #ending = new AbortController()
  #connection: RedisConnection | null = null
  #runId: string | null = null

  private constructor(options: RedisLinkOptions) {
    this.#options = options
  }

  /** @throws {StoreError} STORE_UNREACHABLE · STORE_REFUSED · STORE_UNSUITABLE */
  static async open(options: RedisLinkOptions): Promise<RedisLink> {
    const link = new RedisLink(options)
    await link.#connect()
    return link
  }

  /** null: there is none at present */
  get connection(): RedisConnection | null {
    return this.#connection
  }

  [Symbol.dispose](): void {
    this.#ending.abort()
    this.#connection?.close()
  }

  async #connect(): Promise<void> {
    const { url, commandMs, onUnknown, onConnected } = this.#options
    let isLost = false
    const onClosed = (cause: unknown) => {
      isLost = true
      this.#lose(cause)
    }
    const connection = await connectRedis({ url, commandMs, onClosed })
    if (this.#ending.signal.aborted) return connection.close()
    if (isLost) throw new Error('the connection was lost at once')
    if (connection.runId !== this.#runId)
      onUnknown(this.#runId === null ? 'this process sees its Redis for the first time' : 'its Redis was started again')
    this.#runId = connection.runId
    this.#connection = connection
    onConnected()
  }

  #lose(cause: unknown): void {
    if (!this.#connection) return // it was being opened
    this.#connection = null
    if (this.#ending.signal.aborted) return
    this.#options.onLost(cause)
    this.#retry().catch(() => {}) // only the end of the link rejects
  }

  async #retry(): Promise<void> {
    for (let ms = FIRST_RETRY_MS; !this.#connection; ms = Math.min(2 * ms, LAST_RETRY_MS)) {
      await setTimeout(ms, undefined, { signal: this.#ending.signal, ref: false })
      await this.#connect().catch(error => this.#options.onLost(error))
    }
  }
}
