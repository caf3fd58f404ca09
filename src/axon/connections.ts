import type { Socket } from 'node:net'
import { CallerLeft } from './exchange.js'

/**
 * The connections of one server, at most `limit`. When there is no room for a new one, the oldest that is idle and
 * has proven nothing makes room; when there is none such, the new one is turned away.
 */
export class Connections {
  readonly #limit: number
  /** in the order they came */
  readonly #all = new Map<Socket, Connection>()
  readonly #idleStrangers = new Set<Socket>()
  #onIdle: (() => void) | null = null
  #exchanges = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#all.size
  }

  /** Takes a new connection, or destroys it. */
  add(socket: Socket): void {
    if (this.#all.size >= this.#limit) {
      const [oldest] = this.#idleStrangers
      if (!oldest) return void socket.destroy()
      this.#leave(oldest)
      oldest.destroy()
    }
    this.#all.set(socket, { open: new Set(), trusted: false })
    this.#idleStrangers.add(socket)
    socket.once('close', () => this.#leave(socket))
  }

  /** A request has come; `listening` is aborted when its connection closes before the returned function is called. */
  begin(socket: Socket, listening: AbortController): () => void {
    const connection = this.#all.get(socket)
    if (!connection) {
      listening.abort(new CallerLeft())
      return () => {}
    }
    connection.open.add(listening)
    this.#idleStrangers.delete(socket)
    this.#exchanges++
    return () => this.#end(socket, connection, listening)
  }

  /** Its caller has proven who it is. */
  trust(socket: Socket): void {
    const connection = this.#all.get(socket)
    if (connection) connection.trusted = true
  }

  /** Resolves when no request is open any more. */
  async idle(): Promise<void> {
    if (this.#exchanges > 0) await new Promise<void>(resolve => (this.#onIdle = resolve))
  }

  #end(socket: Socket, connection: Connection, listening: AbortController): void {
    if (!connection.open.delete(listening)) return
    if (connection.open.size === 0 && !connection.trusted && this.#all.has(socket)) this.#idleStrangers.add(socket)
    this.#exchanges--
    if (this.#exchanges === 0) this.#onIdle?.()
  }

  #leave(socket: Socket): void {
    const connection = this.#all.get(socket)
    this.#all.delete(socket)
    this.#idleStrangers.delete(socket)
    for (const listening of connection?.open ?? []) {
      this.#end(socket, connection!, listening)
      listening.abort(new CallerLeft())
    }
  }
}

type Connection = { readonly open: Set<AbortController>; trusted: boolean }
