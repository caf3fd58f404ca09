import type { Socket } from 'node:net'
import { ClientDisconnected } from '../exchange.js'

/**
 * The connections of one server, at most `limit`. A new one beyond that closes the oldest whose caller is unproven: a
 * proof takes milliseconds from the arrival of a head, so an old unproven connection is idle or hostile. When the callers
 * of all connections are proven, the new one is closed.
 */
export class Connections {
  readonly #limit: number
  /** each with its open requests */
  readonly #all = new Map<Socket, Set<AbortController>>()
  /** those with an unproven caller, oldest first */
  readonly #strangers = new Set<Socket>()
  readonly #drains = new Set<{ readonly left: Set<AbortController>; readonly resolve: () => void }>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Whether another request may begin on the connection; closes it otherwise. A dendrite waits for each reply before it
   * sends again, but a stranger can pipeline thousands of requests in one packet, which Node parses in one turn. The
   * connection is closed too when the replies behind the first one fill so much that Node stops reading: the axon could
   * not see the caller disconnect then.
   */
  hasRoom(socket: Socket): boolean {
    if (socket.destroyed) return false
    const open = this.#all.get(socket)?.size ?? 0
    if (open === 0 || (open < MAX_PIPELINED && !socket.isPaused())) return true
    socket.destroy()
    // Node would still make a request of each one that it has read, thousands in one turn: 5 s for 60 such packets, 1 s
    // with this. The parser is internal to Node, so only the saving depends on it.
    const { parser } = socket as Socket & { parser?: { onIncoming: () => number } | null }
    if (parser) parser.onIncoming = () => 0
    return false
  }

  /** Adds a new connection, or destroys it. */
  add(socket: Socket): void {
    if (this.#all.size >= this.#limit) {
      const [oldest] = this.#strangers
      if (!oldest) return void socket.destroy()
      this.#remove(oldest)
      oldest.destroy()
    }
    this.#all.set(socket, new Set())
    this.#strangers.add(socket)
    socket.once('close', () => this.#remove(socket))
    // A caller that closes its side has disconnected. The connection closes when the caller has read what was written, if ever.
    socket.once('end', () => this.#abort(socket))
  }

  /** Registers a request. `cancellation` aborts when its connection closes before the returned function is called. */
  begin(socket: Socket, cancellation: AbortController): () => void {
    const open = this.#all.get(socket)
    if (!open) {
      cancellation.abort(new ClientDisconnected())
      return () => {}
    }
    open.add(cancellation)
    return () => this.#end(open, cancellation)
  }

  /** The caller is proven, and registered or allowed. */
  trust(socket: Socket): void {
    this.#strangers.delete(socket)
  }

  /** How many requests are open: their reply is not written yet. */
  get openRequests(): number {
    return [...this.#all.values()].reduce((count, open) => count + open.size, 0)
  }

  /** Aborts all open requests; their connections stay, so that a refusal can be written. */
  abortAll(reason: Error): void {
    for (const open of this.#all.values()) for (const cancellation of open) cancellation.abort(reason)
  }

  /** Resolves when all requests that are open now have ended. Later ones are not waited for. */
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

  #remove(socket: Socket): void {
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
