import type { Socket } from 'node:net'
import { CallerLeft } from './exchange.js'

/**
 * The connections of one server, at most `limit`. When there is no room for a new one, the oldest that has proven
 * nothing makes room: a proof takes milliseconds from a head's arrival, so what is old and unproven waits for nothing
 * good, whether it is idle or sends on and on. When all have proven themselves, the new one is turned away.
 */
export class Connections {
  readonly #limit: number
  /** with the requests that are open on each */
  readonly #all = new Map<Socket, Set<AbortController>>()
  /** in the order they came */
  readonly #strangers = new Set<Socket>()
  readonly #onIdle = new Set<() => void>()
  #exchanges = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes a new connection, or destroys it. */
  add(socket: Socket): void {
    if (this.#all.size >= this.#limit) {
      const [oldest] = this.#strangers
      if (!oldest) return void socket.destroy()
      this.#leave(oldest)
      oldest.destroy()
    }
    this.#all.set(socket, new Set())
    this.#strangers.add(socket)
    socket.once('close', () => this.#leave(socket))
  }

  /** A request has come; `listening` is aborted when its connection closes before the returned function is called. */
  begin(socket: Socket, listening: AbortController): () => void {
    const open = this.#all.get(socket)
    if (!open) {
      listening.abort(new CallerLeft())
      return () => {}
    }
    open.add(listening)
    this.#exchanges++
    return () => this.#end(open, listening)
  }

  /** Its caller has proven who it is. */
  trust(socket: Socket): void {
    this.#strangers.delete(socket)
  }

  /** Resolves when no request is open. */
  async idle(): Promise<void> {
    if (this.#exchanges > 0) await new Promise<void>(resolve => this.#onIdle.add(resolve))
  }

  #end(open: Set<AbortController>, listening: AbortController): void {
    if (!open.delete(listening)) return
    this.#exchanges--
    if (this.#exchanges > 0) return
    for (const resolve of this.#onIdle) resolve()
    this.#onIdle.clear()
  }

  #leave(socket: Socket): void {
    const open = this.#all.get(socket) ?? new Set()
    this.#all.delete(socket)
    this.#strangers.delete(socket)
    for (const listening of open) {
      this.#end(open, listening)
      listening.abort(new CallerLeft())
    }
  }
}
