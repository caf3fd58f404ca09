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

  /** @param how.from an address of loopback, which is the caller's */
  static async open(port: number, { allowHalfOpen = false, from = '127.0.0.1' } = {}): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, allowHalfOpen, noDelay: true })
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

  /** The head of the next reply; null when the connection closes before. */
  async head(): Promise<Pick<Got, 'status' | 'headers'> | null> {
    const bytes = await this.#upTo('\r\n\r\n')
    return bytes && headOf(bytes)
  }

  /** The next chunk of a reply in chunks, empty at its end; null when the connection closes before. */
  async chunk(): Promise<Buffer | null> {
    const size = await this.#upTo('\r\n')
    return size && (await this.#bytes(Number.parseInt(size.toString(), 16)))
  }

  /** All chunks until the reply ends in order, or the connection is closed before it does. */
  async chunks(): Promise<{ chunks: Buffer[]; isWhole: boolean }> {
    const chunks: Buffer[] = []
    for (;;) {
      const chunk = await this.chunk()
      if (!chunk?.length) return { chunks, isWhole: chunk !== null }
      chunks.push(chunk)
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

  /** What comes before the mark, which is taken, too. */
  async #upTo(mark: string): Promise<Buffer | null> {
    for (;;) {
      const end = this.#received.indexOf(mark)
      if (end >= 0) return (await this.#bytes(end, mark.length))!
      if (this.#isClosed) return null
      await this.#more.promise
    }
  }

  /** So many bytes; what follows them, by default a line end, is taken, too. */
  async #bytes(count: number, after = 2): Promise<Buffer | null> {
    while (this.#received.length < count + after) {
      if (this.#isClosed) return null
      await this.#more.promise
    }
    const bytes = this.#received.subarray(0, count)
    this.#received = this.#received.subarray(count + after)
    return bytes
  }

  #take(): Got | null {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return null
    const { status, headers } = headOf(this.#received.subarray(0, end))
    const whole = end + 4 + Number(headers['content-length'] ?? 0)
    if (this.#received.length < whole) return null
    const text = this.#received.subarray(end + 4, whole).toString()
    this.#received = this.#received.subarray(whole)
    const json = headers['content-type']?.includes('json') ? JSON.parse(text) : null
    return { status, headers, text, json }
  }
}

function headOf(bytes: Buffer): Pick<Got, 'status' | 'headers'> {
  const [first = '', ...lines] = bytes.toString('latin1').split('\r\n')
  // Names as they came, which dendrites compare case by case.
  const headers = Object.fromEntries(lines.map(line => line.split(/: (.*)/s, 2) as [string, string]))
  return { status: Number(first.split(' ')[1]), headers }
}
