import { connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { timeoutSignal } from '../../async/timeout.js'
import { NotAccepted, throwIfNoneLeft } from '../not-tried.js'
import type { AuditTarget } from './audit-client.js'

/** How a connection ended, or did not: an HTTP status that came, closed without one, or nothing in time. */
export type SocketEnd = number | 'closed' | 'silent'

type ConnectOptions = {
  readonly target: AuditTarget
  readonly localAddress?: string | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** As much as is read of what comes before the status. */
const MAX_HEAD = 4096

/** A connection on which an attack writes its bytes by itself. */
export class AuditSocket implements Disposable {
  readonly #socket: Socket
  readonly #signal: AbortSignal
  readonly #ended = Promise.withResolvers<number | 'closed'>()
  #head = ''

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    this.#signal = signal
    socket.on('data', chunk => this.#read(chunk))
    socket.on('error', () => {}) // `close` follows
    socket.once('close', () => this.#ended.resolve('closed'))
  }

  /**
   * @throws {NotAccepted} when the connection is refused, or not accepted in time
   * @throws {NotTried} when this machine has none left · the signal's reason
   */
  static async open({ target, localAddress, timeoutMs, signal }: ConnectOptions): Promise<AuditSocket> {
    signal.throwIfAborted()
    const socket = connect({ host: target.ip, port: target.port, noDelay: true, ...(localAddress && { localAddress }) })
    using timeout = timeoutSignal({ ms: timeoutMs, reason: () => new Error('not accepted in time'), parent: signal })
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject)
        timeout.signal.addEventListener('abort', () => reject(timeout.signal.reason), { once: true })
      })
      return new AuditSocket(socket, signal)
    } catch (cause) {
      socket.on('error', () => {}).destroy()
      signal.throwIfAborted()
      throwIfNoneLeft(cause)
      if (cause !== timeout.signal.reason && (cause as NodeJS.ErrnoException).syscall !== 'connect') throw cause
      throw new NotAccepted('the axon accepts no further connection', { cause })
    }
  }

  get isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded
  }

  write(bytes: string | Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  /** Waits until the axon has taken what was written: `taken`, or what came in its place. @throws the signal's reason */
  async taken(ms: number): Promise<'taken' | SocketEnd> {
    const drained = this.#socket.writableNeedDrain
      ? new Promise(resolve => this.#socket.once('drain', resolve))
      : setImmediate()
    return await this.#before(
      ms,
      drained.then(() => 'taken' as const),
    )
  }

  /** Returns the status of the first reply, or how the connection ends. @throws the signal's reason */
  end(ms: number): Promise<SocketEnd> {
    return this.#before(ms)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  async #before<T = never>(ms: number, other?: Promise<T>): Promise<SocketEnd | T> {
    using timeout = timeoutSignal({ ms, reason: () => new Error('silent'), parent: this.#signal })
    const late = new Promise<'silent'>(resolve =>
      timeout.signal.addEventListener('abort', () => resolve('silent'), { once: true }),
    )
    const end = await Promise.race([this.#ended.promise, late, ...(other ? [other] : [])])
    this.#signal.throwIfAborted()
    return end
  }

  #read(chunk: Buffer): void {
    if (this.#head.length < MAX_HEAD) this.#head += chunk.toString('latin1', 0, MAX_HEAD)
    // An interim reply, such as 100, says nothing: the reply follows it.
    this.#head = this.#head.replace(/^(HTTP\/1\.[01] 1\d\d[\s\S]*?\r\n\r\n)+/, '')
    const [, status] = /^HTTP\/1\.[01] ([2-5]\d\d)/.exec(this.#head) ?? []
    if (status !== undefined) this.#ended.resolve(Number(status))
  }
}
