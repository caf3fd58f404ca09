import type { Route } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'
import { type Charge, FairQueue, type Waiting } from './fair-queue.js'
import { type Holder, TOP_HOLDERS } from './shares.js'

/** A place for one request. Disposing it gives the place to the next in line. */
export type Place = Disposable & {
  /** Disposes it unused: its time tells nothing of how long requests hold a place. */
  giveBack(): void
}

/** How many requests are at work, how many wait, and which callers have most of both together. */
export type SchedulerLoad = {
  readonly atWork: number
  readonly waiting: number
  readonly top: readonly (Holder & { readonly atWork: number; readonly waiting: number })[]
}

/** A request for a place. */
export type Wish = {
  /** the hotkey, or the network of a stranger: what is counted as one caller */
  readonly caller: string
  /** the caller is neither registered nor allowed */
  readonly isStranger?: boolean
  /** the class, as the miner's `priority` hook says; 0 by default */
  readonly priority?: number
  /** decides between the callers of a class; 1 by default */
  readonly weight?: number
  /** epoch milliseconds; decides between the requests of one caller */
  readonly deadline?: number
  /** which may have a queue of its own, a shorter one */
  readonly route?: Pick<Route, 'queue'>
}

/**
 * Gives places to `concurrency` requests and lets `queue` more wait. A place goes by class: the higher priority first,
 * strangers last; within a class callers share by weight (`FairQueue`), and within a caller the nearer deadline goes
 * first. When the queue is full, the lowest class makes room; when the shorter one of a route is, the lowest class of those that
 * wait in it. Strangers begin only while less than half of the places are
 * taken; the rest is for registered and allowed callers.
 */
export class Scheduler {
  readonly #concurrency: number
  readonly #queue: number
  readonly #elapsed: () => number
  readonly #classes = new Map<number, FairQueue<Entry>>()
  #working = 0
  #waiting = 0
  /** of the routes with queues of their own, how many requests wait */
  readonly #waitingOf = new Map<Wish['route'], number>()
  /** how long a request holds its place, on average, the latest counting most */
  #costMs = FIRST_COST_MS

  /** @param options.elapsed milliseconds of a clock that never steps back */
  constructor(options: { concurrency: number; queue: number; elapsed?: () => number }) {
    this.#concurrency = options.concurrency
    this.#queue = options.queue
    this.#elapsed = options.elapsed ?? (() => performance.now())
  }

  /** how many requests hold a place */
  get atWork(): number {
    return this.#working
  }

  load(): SchedulerLoad {
    const callers = [...this.#classes].flatMap(([rank, line]) =>
      line
        .callers()
        .map(caller => ({ ...caller, kind: rank === STRANGERS ? ('network' as const) : ('hotkey' as const) })),
    )
    // A hotkey is in several classes when the `priority` hook ranks its calls differently.
    const merged = new Map<string, (typeof callers)[number]>()
    for (const caller of callers) {
      const key = `${caller.kind} ${caller.name}`
      const { atWork = 0, waiting = 0 } = merged.get(key) ?? {}
      merged.set(key, { ...caller, atWork: caller.atWork + atWork, waiting: caller.waiting + waiting })
    }
    const top = [...merged.values()].sort((a, b) => b.atWork + b.waiting - a.atWork - a.waiting)
    return { atWork: this.#working, waiting: this.#waiting, top: top.slice(0, TOP_HOLDERS) }
  }

  /** How many requests a caller has at work and waiting. */
  heldBy(caller: string): number {
    let held = 0
    for (const line of this.#classes.values()) held += line.heldBy(caller)
    return held
  }

  /**
   * Returns a place at once where one is free, else a promise of one for when it is the request's turn.
   *
   * @throws the signal's reason, when it is aborted; the promise rejects with it, when the caller disconnects or its deadline
   *   passes first, and with {Refusal} QUEUE_FULL
   */
  place(signal: AbortSignal, wish: Wish): Place | Promise<Place> {
    signal.throwIfAborted()
    const { caller, weight = 1, deadline = Number.POSITIVE_INFINITY, route } = wish
    const rank = wish.isStranger ? STRANGERS : (wish.priority ?? 0)
    const waiting = { caller, weight, deadline }
    if (this.#hasPlaceFor(rank)) return this.#held(rank, this.#lineOf(rank).begin(waiting, this.#costMs))
    return new Promise((enter, yieldTo) => {
      const leave = () => {
        this.#remove(entry)
        yieldTo(signal.reason)
      }
      const entry = {
        ...waiting,
        rank,
        route: typeof route?.queue === 'number' ? route : undefined,
        enter,
        yieldTo,
        stopListening: () => signal.removeEventListener('abort', leave),
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#add(entry)
    })
  }

  #hasPlaceFor(rank: number): boolean {
    return this.#working < this.#placesOf(rank)
  }

  #placesOf(rank: number): number {
    return rank === STRANGERS ? this.#concurrency / 2 : this.#concurrency
  }

  #lineOf(rank: number): FairQueue<Entry> {
    const known = this.#classes.get(rank)
    if (known) return known
    if (this.#classes.size >= MAX_IDLE_CLASSES)
      for (const [idle, { isIdle }] of this.#classes) if (isIdle) this.#classes.delete(idle)
    const line = new FairQueue<Entry>()
    this.#classes.set(rank, line)
    return line
  }

  #add(entry: Entry): void {
    const { rank, route } = entry
    this.#lineOf(rank).add(entry)
    this.#count(entry, 1)
    if (route && this.#waitingOf.get(route)! > (route.queue as number)) this.#makeRoom(other => other.route === route)
    else if (this.#waiting > this.#queue) this.#makeRoom()
  }

  /** Evicts the last request of the lowest class, which may be the one that just came. */
  #makeRoom(counts?: (entry: Entry) => boolean): void {
    let last: Entry | undefined
    for (const [rank, line] of this.#classes) if (!last || rank < last.rank) last = line.last(counts) ?? last
    this.#remove(last!)
    last!.stopListening()
    last!.yieldTo(full())
  }

  #remove(entry: Entry): void {
    this.#classes.get(entry.rank)!.remove(entry)
    this.#count(entry, -1)
  }

  /** Counts a request that begins to wait, or ends. */
  #count({ route }: Entry, more: 1 | -1): void {
    this.#waiting += more
    if (!route) return
    const waiting = (this.#waitingOf.get(route) ?? 0) + more
    if (waiting === 0) this.#waitingOf.delete(route)
    else this.#waitingOf.set(route, waiting)
  }

  #held(rank: number, charge: Charge): Place {
    this.#working++
    const startedAt = this.#elapsed()
    let isHeld = true
    const leave = (isUsed: boolean) => {
      if (!isHeld) return
      isHeld = false
      const ms = this.#elapsed() - startedAt
      if (isUsed) this.#costMs += (ms - this.#costMs) * COST_SHARE
      this.#leave(rank, charge, ms)
    }
    return { giveBack: () => leave(false), [Symbol.dispose]: () => leave(true) }
  }

  /** Hands the place to the next in line. */
  #leave(rank: number, charge: Charge, ms: number): void {
    this.#working--
    this.#classes.get(rank)!.end(charge, ms)
    if (this.#waiting === 0) return
    const [nextRank, line] = this.#highest()!
    if (!this.#hasPlaceFor(nextRank)) return
    const { item, charge: begun } = line.next(this.#placesOf(nextRank), this.#costMs)
    this.#count(item, -1)
    item.stopListening()
    item.enter(this.#held(nextRank, begun))
  }

  /** The highest class in which something waits. */
  #highest(): [number, FairQueue<Entry>] | undefined {
    let first: [number, FairQueue<Entry>] | undefined
    for (const [rank, line] of this.#classes) if (line.waiting > 0 && (!first || rank > first[0])) first = [rank, line]
    return first
  }
}

type Entry = Waiting & {
  readonly rank: number
  /** with a queue of its own */
  readonly route: Wish['route']
  enter(place: Place): void
  yieldTo(reason: unknown): void
  stopListening(): void
}

/** The lowest class. A caller to which the miner's `priority` hook gives this priority waits among strangers. */
const STRANGERS = Number.NEGATIVE_INFINITY

/** A hook may give each call a priority of its own. */
const MAX_IDLE_CLASSES = 16

/** What the first requests are charged before one has ended. */
const FIRST_COST_MS = 1_000

/** How much of the average the latest request makes. */
const COST_SHARE = 1 / 16

function full(): Refusal {
  return new Refusal('QUEUE_FULL', '', { headers: [['retry-after', '1']] })
}
