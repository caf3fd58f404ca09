import { randomUUID } from 'node:crypto'
import type { Route } from '../plugin/dialect.js'
import type { Claim, Reply, ReplyHead, Served, Wire } from '../wires/wire.js'
import type { MinerSession } from './answer/miner-session.js'
import type { AxonContext } from './context.js'
import { Deadline, type DeadlineOptions } from './deadline.js'
import { type AnswerProgress, type EndedRequest, publish, type RequestRecord } from './events.js'
import { ClientDisconnected, type Exchange, type ReplyStream } from './exchange.js'
import { toRefusal } from './stages/refuse.js'

/**
 * What is known of one request so far. It publishes the records of the request, and turns an error into the refusal
 * that the caller gets.
 */
export class RequestTrace {
  readonly id = randomUUID()
  readonly #axon: AxonContext
  readonly #exchange: Exchange
  readonly #wire: Wire
  /** the synapse, or method and path of a plain route */
  #name = ''
  /** the caller's time-out as refusals print it */
  #seconds = ''
  #claim: Claim | null = null
  #route: Route | null = null
  /** that signed the claim */
  #hotkey: string | null = null
  // Epoch milliseconds; 0: it did not get there.
  #claimedAt = 0
  #verifiedAt = 0
  #placedAt = 0
  #firstTokenAt = 0
  #isStarted = false
  #session: MinerSession | null = null
  #stream: ReplyStream | null = null

  constructor(axon: AxonContext, exchange: Exchange, wire: Wire) {
    this.#axon = axon
    this.#exchange = exchange
    this.#wire = wire
  }

  /** From here on the route's own refusals hold. */
  matched(route: Route): this {
    this.#route = route
    return this
  }

  claimed<C extends Claim>(claim: C): C {
    this.#claim = claim
    return claim
  }

  /** Starts the clock of the request. @param name of the synapse, or of the plain route */
  deadline(name: string, options: DeadlineOptions): Deadline {
    const { arrivedAt, cancellation } = this.#exchange
    const now = this.#axon.now()
    const deadline = new Deadline(options, { arrivedAt, now, cancellation })
    this.#claimedAt = now
    this.#name = name
    this.#seconds = deadline.seconds
    return deadline
  }

  /** The hotkey signed the claim; from here on the records name it, also when its nonce cannot be spent. */
  proven(hotkey: string, at: number): void {
    this.#hotkey = hotkey
    this.#verifiedAt = at
  }

  placed(at: number): number {
    this.#placedAt = at
    return at
  }

  /** The request has its place, and its dialect is about to be asked. */
  started(): void {
    this.#isStarted = true
    publish('started', () => this.#record())
  }

  firstToken(): void {
    this.#firstTokenAt ||= this.#axon.now()
    publish('firstToken', () => this.#record())
  }

  asking(session: MinerSession): MinerSession {
    this.#session = session
    return session
  }

  /** Begins a streamed reply. From here on the caller has its head, so an error can only cut it. */
  streaming(head: ReplyHead): ReplyStream {
    this.#stream = this.#exchange.stream(this.#named(head))
    return this.#stream
  }

  /** The stream has ended in order. */
  streamed(): null {
    this.#publishAnswered(200)
    return null
  }

  answered(reply: Reply): Reply {
    this.#publishAnswered(reply.status)
    return this.#named(reply)
  }

  /**
   * Publishes how the request failed.
   *
   * @returns the refusal as its wire writes it; null when the caller disconnected or has the beginning of a stream
   */
  async failed(error: unknown): Promise<Reply | null> {
    const { arrivedAt, cancellation } = this.#exchange
    // An aborted miner ends now, and reports its attempts before the next turn of the event loop.
    if (this.#session && cancellation.signal.aborted) await new Promise(setImmediate)
    this.#session?.publishConversations()
    if (error instanceof ClientDisconnected) {
      publish('cancelled', () => ({ ...this.#ended(), ...this.#progress() }))
      return null
    }
    const refusal = toRefusal(error, { id: this.id, seconds: this.#seconds, as: this.#route?.refusals })
    const { code, message: reason } = refusal
    const refused = () => ({ ...this.#ended(), status: this.#stream ? 200 : refusal.status, code, reason })
    if (this.#isStarted || code === 'INTERNAL') {
      const plugin = this.#session?.threw(error) ? this.#axon.minerName : this.#axon.dialect.name
      publish('failed', () => ({ ...refused(), ...this.#progress(), plugin, error: refusal.cause ?? refusal }))
    } else publish('refused', refused)
    if (this.#stream) return null
    return this.#named(this.#wire.refuse(this.#claim, refusal, this.served(this.#axon.now() - arrivedAt)))
  }

  /** What a reply tells of this axon. */
  served(processMs: number): Served {
    return { hotkey: this.#axon.hotkey, ...this.#exchange.local, processMs }
  }

  /** Adds the id of the request, by which its caller and the operator speak of the same one. */
  #named<R extends ReplyHead>(reply: R): R {
    return { ...reply, headers: [...reply.headers, ['x-request-id', this.id]] }
  }

  #publishAnswered(status: number): void {
    this.#session?.publishConversations()
    publish('answered', () => ({ ...this.#ended(), status, ...this.#progress() }))
  }

  #record(): RequestRecord {
    const { arrivedAt, head } = this.#exchange
    return {
      axon: this.#axon.axon,
      id: this.id,
      address: head.address,
      synapse: this.#name || (this.#wire.synapse(head) ?? '').slice(0, MAX_NAME),
      claimed: this.#claimedHotkey(),
      hotkey: this.#hotkey,
      arrivedAt,
      ms: this.#axon.now() - arrivedAt,
    }
  }

  #ended(): EndedRequest {
    const record = this.#record()
    const { arrivedAt } = record
    const since = (at: number) => (at === 0 ? undefined : at - arrivedAt)
    const times = {
      claimed: since(this.#claimedAt),
      verified: since(this.#verifiedAt),
      placed: since(this.#placedAt),
      firstToken: since(this.#firstTokenAt),
      done: record.ms,
    }
    return { ...record, times }
  }

  /** A request that is refused before its claim is parsed claims a hotkey, too: that of a validator with another dialect. */
  #claimedHotkey(): string | null {
    if (this.#claim) return this.#claim.hotkey
    try {
      return this.#wire.claim(this.#exchange.head).hotkey
    } catch {
      return null // the head is malformed, which its refusal says, or names no synapse
    }
  }

  #progress(): AnswerProgress {
    return { ...(this.#stream && { pieces: this.#stream.pieces }), ...this.#session?.record }
  }
}

/** How many characters of a name that no route has are recorded. */
const MAX_NAME = 64
