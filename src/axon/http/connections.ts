import type { Socket } from 'node:net'
import { ClientDisconnected } from '../exchange.js'

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
  readonly #drains = new Set<{ readonly left: Set<AbortController>; readonly resolve: () => void }>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * May another request begin on it? No dendrite sends one before it has the reply to the last, but a stranger can put
   * thousands into one packet, which Node reads in one turn: then the connection is closed. So it is when so much of
   * what was answered waits behind the first reply that Node stops reading: whoever waits for that could not be seen to
   * leave.
   */
  hasRoom(socket: Socket): boolean {
    if (socket.destroyed) return false
    const open = this.#all.get(socket)?.size ?? 0
    if (open === 0 || (open < MAX_PIPELINED && !socket.isPaused())) return true
    socket.destroy()
    // Node would still make a request of each that it has read already, thousands in one turn: 5 s of it for 60 such
    // packets, 1 s without. The parser is Node's own affair, so nothing but the saving depends on it.
    const { parser } = socket as Socket & { parser?: { onIncoming: () => number } | null }
    if (parser) parser.onIncoming = () => 0
    return false
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
    // Whoever closes its side has left. The connection itself closes when what was written is read, which may be never.
    socket.once('end', () => this.#abort(socket))
  }

  /** A request has come; `cancellation` is aborted when its connection closes before the returned function is called. */
  begin(socket: Socket, cancellation: AbortController): () => void {
    const open = this.#all.get(socket)
    if (!open) {
      cancellation.abort(new ClientDisconnected())
      return () => {}
    }
    open.add(cancellation)
    return () => this.#end(open, cancellation)
  }

  /** Its caller has proven who it is. */
  trust(socket: Socket): void {
    this.#strangers.delete(socket)
  }

  /** Resolves when no request is open of those that are open now. Whoever comes later is not waited for. */
  async drained(): Promise<void> {
    const left = new Set([...this.#all.values()].flatMap(open => [...open]))
    if (left.size > 0) await new Promise<void>(resolve => this.#drains.add({ left, resolve }))
  }

  #end(open: Set<AbortController>, cancellation: AbortController): void {
    open.delete(cancellation)
    for (const drain of this.#drains) {
      drain.left.delete(cancellation)
      if (drain.left.size > 0) continue
      this.#drains.delete(drain)
      drain.resolve()
    }
  }

  #leave(socket: Socket): void {
    this.#abort(socket)
    this.#all.delete(socket)
    this.#strangers.delete(socket)
  }

  #abort(socket: Socket): void {
    const open = this.#all.get(socket) ?? new Set()
    for (const cancellation of open) {
      this.#end(open, cancellation)
      cancellation.abort(new ClientDisconnected())
    }
  }
}

const MAX_PIPELINED = 16
