import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { abortable } from '../../async/abortable.js'
import type { ReplyHead } from '../../wires/wire.js'
import { ClientDisconnected, type ReplyStream } from '../exchange.js'
import { reset, resetAfter } from './reset.js'

/**
 * Begins a reply that is written piece by piece, a write each. A write resolves when the system has taken all of it, so
 * at most one piece waits here, and a slow reader slows the miner down. A reader that takes nothing for `writeMs` is
 * reset.
 */
export function writeStream(
  response: ServerResponse,
  head: ReplyHead,
  how: { signal: AbortSignal; writeMs: number },
): ReplyStream {
  response.writeHead(head.status, head.headers.flat())
  // The head goes alone: with the first piece it might take two packets, and the piece must not be split over both.
  response.flushHeaders()
  return new WrittenStream(response, how)
}

// A class rather than an object with a getter: V8 allocates the closures of getters, and closures that are assigned to a
// property, in its old space. What they reach is copied there too, and stays until the next full collection (measured, see
// docs/decisions.md).
class WrittenStream implements ReplyStream {
  readonly #response: ServerResponse
  readonly #signal: AbortSignal
  readonly #writeMs: number
  #pieces = 0

  constructor(response: ServerResponse, { signal, writeMs }: { signal: AbortSignal; writeMs: number }) {
    this.#response = response
    this.#signal = signal
    this.#writeMs = writeMs
  }

  get pieces(): number {
    return this.#pieces
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#taken(done => this.#response.write(piece, done))
    this.#pieces++
    // So that the next piece goes in its own packet, and a miner that never waits does not block the other requests.
    await nextTurn()
  }

  end(): Promise<void> {
    return this.#taken(done => this.#response.end(done))
  }

  async #taken(hand: (done: (error?: Error | null) => void) => void): Promise<void> {
    using _limit = resetAfter(this.#response, this.#writeMs)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    hand(error => (error ? reject(new ClientDisconnected()) : resolve()))
    await abortable(promise, this.#signal)
  }
}

/** Closes the connection of an unfinished reply in a way that the caller cannot take for its end. */
export function cutOff(response: ServerResponse): void {
  // A reply to HTTP/1.0 has no chunks: it ends when its connection closes, unless that is reset.
  if (response.socket && response.headersSent && !response.chunkedEncoding) reset(response.socket)
  else response.destroy()
}
