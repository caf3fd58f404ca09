import { setTimeout } from 'node:timers/promises'
import { StoreError } from '../store-error.js'
import { connectRedis, type RedisConnection } from './redis-connection.js'
import type { SharedSecret } from './shared-secret.js'

export type RedisLinkOptions = {
  readonly sharedSecret: SharedSecret
  readonly url: string
  /** whether the server has to keep its data over a restart */
  readonly mustPersist: boolean
  /** how long a command waits for its reply */
  readonly commandMs: number
  /** called before a connection is used, whose server may have forgotten what it was told before */
  readonly onUnknown: (unknown: { readonly why: string; readonly isFirst: boolean }) => void
  /** called when a connection can be used */
  readonly onConnected: () => void
  /** called when a connection is lost, and for each failure to connect again */
  readonly onLost: (cause: unknown) => void
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 2_000

const FIRST = 'this process sees its Redis for the first time'
const AGAIN = 'its Redis was started again, or was not the master for a while'

/** A connection to Redis that is opened again when it is lost. Nothing waits for it, and nothing is sent twice. */
export class RedisLink implements Disposable {
  readonly #options: RedisLinkOptions
  readonly #ending = new AbortController()
  #connection: RedisConnection | null = null
  /** of the server that was connected last; null: of none, or it was unsuitable since, as a demoted master is */
  #identity: string | null = null
  #isFirst = true

  private constructor(options: RedisLinkOptions) {
    this.#options = options
  }

  /** @throws {StoreError} STORE_UNREACHABLE · STORE_REFUSED · STORE_UNSUITABLE · STORE_SECRET */
  static async open(options: RedisLinkOptions): Promise<RedisLink> {
    const link = new RedisLink(options)
    await link.#connect()
    return link
  }

  /** null while disconnected */
  get connection(): RedisConnection | null {
    return this.#connection
  }

  [Symbol.dispose](): void {
    this.#ending.abort()
    this.#connection?.close()
  }

  async #connect(): Promise<void> {
    const { onUnknown, onConnected } = this.#options
    let isLost = false
    const onClosed = (cause: unknown) => {
      isLost = true
      this.#lose(cause)
    }
    const connection = await connectRedis({ ...this.#options, onClosed }).catch(error => {
      if (error instanceof StoreError && error.code === 'STORE_UNSUITABLE') this.#identity = null
      throw error
    })
    if (this.#ending.signal.aborted) return connection.close()
    if (isLost) throw new Error('the connection was lost at once')
    if (connection.identity !== this.#identity)
      onUnknown({ why: this.#isFirst ? FIRST : AGAIN, isFirst: this.#isFirst })
    this.#isFirst = false
    this.#identity = connection.identity
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
