import { connect, type Socket } from 'node:net'
import type { Got } from '../support/signed-request.ts'

/** A connection whose bytes a test writes by itself. */
export class RawConnection implements Disposable {
  readonly socket: Socket
  /** resolves when it is closed, by whomever */
  readonly closed: Promise<void>
  /** why it was closed, if not in order: a reset by the other side */
  error: Error | null = null
  #received = Buffer.alloc(0)
  #more = Promise.withResolvers<void>()
  #isClosed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', chunk => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake()
    })
    this.closed = new Promise(resolve => socket.once('close', () => resolve()))
    socket.on('error', error => {
      this.error = error
    })
    socket.once('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  static async open(port: number, { allowHalfOpen = false } = {}): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen, noDelay: true })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new RawConnection(socket)
  }

  write(bytes: string | Uint8Array): this {
    this.socket.write(bytes)
    return this
  }

  /** The next reply; null when the connection closes before there is a whole one. */
  async reply(): Promise<Got | null> {
    for (;;) {
      const reply = this.#take()
      if (reply || this.#isClosed) return reply
      await this.#more.promise
    }
  }

  /** What came and was not taken as a reply. */
  get rest(): string {
    return this.#received.toString('latin1')
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  #wake(): void {
    this.#more.resolve()
    this.#more = Promise.withResolvers()
  }

  #take(): Got | null {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return null
    const head = this.#received.subarray(0, end).toString('latin1')
    const [first = '', ...lines] = head.split('\r\n')
    // Names as they came, which dendrites compare case by case.
    const headers = Object.fromEntries(lines.map(line => line.split(/: (.*)/s, 2) as [string, string]))
    const whole = end + 4 + Number(headers['content-length'] ?? 0)
    if (this.#received.length < whole) return null
    const text = this.#received.subarray(end + 4, whole).toString()
    this.#received = this.#received.subarray(whole)
    const json = headers['content-type']?.includes('json') ? JSON.parse(text) : null
    return { status: Number(first.split(' ')[1]), headers, text, json }
  }
}
