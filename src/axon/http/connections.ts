import type { Socket } from 'node:net'
import { ClientDisconnected } from '../exchange.js'
import type { AxonLoad } from '../load.js'
import { type Holder, Shares, TOP_HOLDERS } from '../state/shares.js'

/** One connection, with what its callers have proven. */
type Connection = {
  readonly socket: Socket
  readonly open: Set<AbortController>
  /** that it counts for while no hotkey is proven on it */
  readonly network: Holder
  /** its turn among the connections that opened */
  readonly openedAt: number
  hotkey: string | null
  /** of the caller that proved it: a proxy sends the requests of several on one connection */
  address: string | null
  /** its turn among the connections that became idle, or began a request */
  changedAt: number
  /** the turn of the event loop that its last request came in, and how many came in it */
  loopTurn: number
  inTurn: number
}

type ConnectionsOptions = {
  readonly limit: number
  /** how long an accepted question keeps its connection in the share of its hotkey */
  readonly trustMs: number
  readonly now: () => number
}

/**
 * The connections of one server, at most `limit`; a new one beyond that is let in all the same, and another one makes room.
 *
 * A connection counts for the hotkey that has proven itself on it: while a request of it is open, and for `trustMs` after a
 * question that was accepted, so that a ping, which costs a caller nothing, keeps nothing. Until then, and afterwards, it counts
 * for the network of its caller. The holder that `Shares` names makes room: a hotkey with the connection that has been idle for
 * the longest time, and if none is, with the one that began a request last; a network with its oldest connection, idle or busy,
 * because a proof takes milliseconds from the arrival of a head.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #all = new Map<Socket, Connection>()
  readonly #shares: Shares<Connection>
  /** those of accepted questions, the earliest first, each with the time until which it is trusted */
  readonly #trusted = new Map<Connection, number>()
  readonly #drains = new Set<{ readonly left: Set<AbortController>; readonly resolve: () => void }>()
  #changes = 0
  /** counts the turns of the event loop in which requests came; `#turnEnds`: the end of this one is awaited */
  #loopTurn = 0
  #turnEnds = false

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#shares = new Shares({ networksKeep: options.limit / 4 })
  }

  /**
   * Whether another request may begin on the connection; closes it otherwise. A dendrite waits for each reply before it
   * sends again, but a stranger can pipeline thousands of requests in one packet, which Node parses in one turn. Those that
   * are refused at once are counted, too: each is over before the next one is parsed, but the turn goes on for seconds while
   * more come. The connection is closed too when the replies behind the first one fill so much that Node stops reading: the
   * axon could not see the caller disconnect then.
   */
  hasRoom(socket: Socket): boolean {
    if (socket.destroyed) return false
    const connection = this.#all.get(socket)
    const open = connection?.open.size ?? 0
    const isTooMany = connection !== undefined && this.#countInTurn(connection) > MAX_PIPELINED
    if (!isTooMany && (open === 0 || (open < MAX_PIPELINED && !socket.isPaused()))) return true
    socket.destroy()
    // Node would still make a request of each one that it has read, thousands in one turn: 5 s for 60 such packets, 1 s
    // with this. The parser is internal to Node, so only the saving depends on it.
    const { parser } = socket as Socket & { parser?: { onIncoming: () => number } | null }
    if (parser) parser.onIncoming = () => 0
    return false
  }

  /** Adds a new connection. @param network that it counts for until a hotkey is proven on it */
  add(socket: Socket, network: Holder): void {
    if (this.#all.size >= this.#options.limit) this.#makeRoom()
    const at = this.#changes++
    const connection = {
      socket,
      network,
      open: new Set<AbortController>(),
      openedAt: at,
      hotkey: null,
      address: null,
      changedAt: at,
      loopTurn: 0,
      inTurn: 0,
    }
    this.#all.set(socket, connection)
    this.#shares.set(connection, network)
    socket.once('close', () => this.#remove(connection))
    // A caller that closes its side has disconnected. The connection closes when the caller has read what was written, if ever.
    socket.once('end', () => this.#abort(connection))
  }

  /** Registers a request. `cancellation` aborts when its connection closes before the returned function is called. */
  begin(socket: Socket, cancellation: AbortController): () => void {
    const connection = this.#all.get(socket)
    if (!connection) {
      cancellation.abort(new ClientDisconnected())
      return () => {}
    }
    connection.open.add(cancellation)
    connection.changedAt = this.#changes++
    return () => this.#end(connection, cancellation)
  }

  /** A hotkey that may ask has proven itself on the connection, from the address of its caller. */
  prove(socket: Socket, hotkey: string, address: string): void {
    const connection = this.#all.get(socket)
    if (!connection) return
    connection.address = address
    if (connection.hotkey === hotkey) return
    connection.hotkey = hotkey
    this.#trusted.delete(connection)
    this.#shares.set(connection, { kind: 'hotkey', name: hotkey })
  }

  /** A question of the hotkey that has proven itself on the connection is accepted. */
  trust(socket: Socket): void {
    const connection = this.#all.get(socket)
    if (!connection?.hotkey) return
    this.#trusted.delete(connection)
    this.#trusted.set(connection, this.#options.now() + this.#options.trustMs)
  }

  /** Whether the hotkey has proven itself on the connection, which still counts for it, from the same address. */
  hasProven(socket: Socket, hotkey: string, address: string): boolean {
    const connection = this.#all.get(socket)
    return connection?.hotkey === hotkey && connection.address === address
  }

  /** How many requests are open: their reply is not written yet. */
  get openRequests(): number {
    return [...this.#all.values()].reduce((count, { open }) => count + open.size, 0)
  }

  /** How many connections are open, and who has most of them. */
  load(): AxonLoad['connections'] {
    this.#distrust()
    return { open: this.#all.size, of: this.#options.limit, top: this.#shares.top(TOP_HOLDERS) }
  }

  /** Aborts all open requests; their connections stay, so that a refusal can be written. */
  abortAll(reason: Error): void {
    for (const { open } of this.#all.values()) for (const cancellation of open) cancellation.abort(reason)
  }

  /** Resolves when all requests that are open now have ended. Later ones are not waited for. */
  async drained(): Promise<void> {
    const left = new Set([...this.#all.values()].flatMap(({ open }) => [...open]))
    if (left.size > 0) await new Promise<void>(resolve => this.#drains.add({ left, resolve }))
  }

  #countInTurn(connection: Connection): number {
    if (!this.#turnEnds) {
      this.#turnEnds = true
      setImmediate(() => {
        this.#turnEnds = false
        this.#loopTurn++
      })
    }
    if (connection.loopTurn !== this.#loopTurn) {
      connection.loopTurn = this.#loopTurn
      connection.inTurn = 0
    }
    return ++connection.inTurn
  }

  #end(connection: Connection, cancellation: AbortController): void {
    connection.open.delete(cancellation)
    if (connection.open.size === 0) {
      connection.changedAt = this.#changes++
      if (!this.#trusted.has(connection)) this.#forgetHotkey(connection)
    }
    for (const drain of this.#drains) {
      drain.left.delete(cancellation)
      if (drain.left.size > 0) continue
      this.#drains.delete(drain)
      drain.resolve()
    }
  }

  #makeRoom(): void {
    this.#distrust()
    const connection = leastNeeded([...this.#shares.most()])
    this.#remove(connection)
    connection.socket.destroy()
  }

  /** Ends the trust whose time is over. */
  #distrust(): void {
    const now = this.#options.now()
    for (const [connection, until] of this.#trusted) {
      if (until > now) return
      this.#trusted.delete(connection)
      if (connection.open.size === 0) this.#forgetHotkey(connection)
    }
  }

  #forgetHotkey(connection: Connection): void {
    if (connection.hotkey === null) return
    connection.hotkey = null
    // Its removal has ended its requests, too.
    if (this.#all.has(connection.socket)) this.#shares.set(connection, connection.network)
  }

  #remove(connection: Connection): void {
    this.#all.delete(connection.socket)
    this.#shares.delete(connection)
    this.#trusted.delete(connection)
    this.#abort(connection)
  }

  #abort(connection: Connection): void {
    for (const cancellation of connection.open) {
      this.#end(connection, cancellation)
      cancellation.abort(new ClientDisconnected())
    }
  }
}

const MAX_PIPELINED = 16

/** Of the connections of one holder, the one that makes room. */
function leastNeeded(connections: readonly Connection[]): Connection {
  if (connections[0]?.hotkey === null)
    return connections.reduce((first, one) => (one.openedAt < first.openedAt ? one : first))
  return longestIdle(connections) ?? connections.reduce((last, one) => (one.changedAt > last.changedAt ? one : last))
}

function longestIdle(connections: readonly Connection[]): Connection | undefined {
  const idle = connections.filter(({ open }) => open.size === 0)
  return idle.reduce<Connection | undefined>(
    (first, one) => (first && first.changedAt < one.changedAt ? first : one),
    undefined,
  )
}
