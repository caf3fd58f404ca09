import { insertSorted } from './sorted.js'

/** What waits for a place. */
export type Waiting = {
  /** the caller that holds it: a hotkey, or the network of strangers */
  readonly caller: string
  /** above 0; a caller with twice the weight of another gets twice the time at places while both wait */
  readonly weight: number
  /** orders what one caller has waiting: the nearer first */
  readonly deadline: number
}

/** What a caller was charged when its request began, which `end` corrects. */
export type Charge = { readonly caller: Caller; readonly weight: number; readonly ms: number }

/**
 * The requests of one class: start-time fair queueing over callers (Goyal, Vin and Cheng, SIGCOMM 1996). Each caller has a
 * tag, which grows by the time that its requests hold places, divided by its weight, and the lowest tag is next. A caller
 * that comes back starts at the tag of the latest request to begin, so it neither saves time up nor waits for time that
 * others have had.
 *
 * As in SFQ(D) (Jin, Chase and Kaur, SIGMETRICS 2004), many requests are at work at once. How long one takes is known only at
 * its end: it is charged an estimate when it begins, and the difference when it ends. That difference comes too late for a
 * caller whose requests take long, so callers that hold less than their share of the places go before those that do not.
 */
export class FairQueue<Item extends Waiting> {
  readonly #callers = new Map<string, Caller>()
  /** those that are not idle */
  readonly #active = new Set<Caller>()
  /** the tag of the latest request to begin */
  #virtual = 0
  #waiting = 0
  #turns = 0
  #sweepAbove = SWEEP_ABOVE

  /** how many requests wait */
  get waiting(): number {
    return this.#waiting
  }

  /** Nothing waits, and nothing is at work. */
  get isIdle(): boolean {
    return this.remembered === 0
  }

  /** How many callers are remembered, idle ones that are ahead of others included. */
  get remembered(): number {
    return this.#callers.size
  }

  /** How many requests a caller has at work and waiting. */
  heldBy(name: string): number {
    const caller = this.#callers.get(name)
    return caller ? caller.atWork + caller.waiting.length : 0
  }

  /** Begins a request that found a free place. @param ms how long it is expected to hold the place */
  begin({ caller: name, weight }: Waiting, ms: number): Charge {
    return this.#charge(this.#enter(name, weight), ms)
  }

  add(item: Item): void {
    const caller = this.#enter(item.caller, item.weight)
    insertSorted(caller.waiting, item, deadlineOf)
    this.#waiting++
    this.#active.add(caller)
  }

  /** Takes an item out that waits. */
  remove(item: Item): void {
    const caller = this.#callers.get(item.caller)!
    caller.waiting.splice(caller.waiting.indexOf(item), 1)
    this.#left(caller)
  }

  /**
   * Begins the request whose turn it is; something must wait.
   *
   * @param places how many places the callers of this class share
   * @param ms how long it is expected to hold its place
   */
  next(places: number, ms: number): { readonly item: Item; readonly charge: Charge } {
    const caller = this.#turn(places)
    const item = caller.waiting.shift() as Item
    const charge = this.#charge(caller, ms)
    this.#left(caller)
    return { item, charge }
  }

  /**
   * Ends a request that held its place for `ms`. Time that no other request waited for costs nothing more than the
   * estimate.
   */
  end({ caller, weight, ms: charged }: Charge, ms: number): void {
    caller.atWork--
    if (isIdle(caller)) this.#active.delete(caller)
    if (this.#waiting > 0) caller.tag += (Math.max(MIN_MS, ms) - charged) / weight
    if (isIdle(caller) && (this.#waiting === 0 || caller.tag <= this.#virtual)) this.#forget(caller)
    else this.#sweep()
  }

  /**
   * Returns the request that makes room when too many wait: the last of the caller that holds most in proportion to its
   * weight. The first request of each caller is not counted, so that a caller with a low weight can wait, too; among callers
   * with one each, the lowest weight makes room, and among equals the one that came last.
   *
   * @param counts where only some requests can make room: counts no others; all by default
   * @returns undefined when no such request waits
   */
  last(counts?: (item: Item) => boolean): Item | undefined {
    let most: Held | undefined
    for (const caller of this.#active) {
      const { waiting } = caller
      const items = counts ? waiting.filter(item => counts(item as Item)) : waiting
      if (items.length > 0 && (!most || holdsMore({ caller, items }, most))) most = { caller, items }
    }
    return most?.items.at(-1) as Item | undefined
  }

  /** Tells how many requests each caller has at work and waiting, in no order. */
  callers(): { readonly name: string; readonly atWork: number; readonly waiting: number }[] {
    return [...this.#active].map(({ name, atWork, waiting }) => ({ name, atWork, waiting: waiting.length }))
  }

  #enter(name: string, weight: number): Caller {
    const caller = this.#callers.get(name) ?? { name, weight, tag: 0, atWork: 0, waiting: [], turn: 0 }
    caller.weight = weight
    if (caller.waiting.length === 0) {
      caller.tag = Math.max(caller.tag, this.#virtual)
      caller.turn = ++this.#turns
    }
    this.#callers.set(name, caller)
    return caller
  }

  #charge(caller: Caller, ms: number): Charge {
    this.#virtual = Math.max(this.#virtual, caller.tag)
    caller.tag += ms / caller.weight
    caller.turn = ++this.#turns
    caller.atWork++
    this.#active.add(caller)
    return { caller, weight: caller.weight, ms }
  }

  #turn(places: number): Caller {
    let weights = 0
    for (const caller of this.#active) weights += caller.weight
    let first: Caller | undefined
    let isFirstBelow = false
    for (const caller of this.#active) {
      if (caller.waiting.length === 0) continue
      const isBelow = caller.atWork < (places * caller.weight) / weights
      if (first && (isBelow === isFirstBelow ? !isBefore(caller, first) : isFirstBelow)) continue
      first = caller
      isFirstBelow = isBelow
    }
    return first!
  }

  /** Once nothing waits, the time that callers had is no matter any more: only those with requests at work are kept. */
  #left(caller: Caller): void {
    this.#waiting--
    if (isIdle(caller)) this.#active.delete(caller)
    if (this.#waiting > 0) {
      if (isIdle(caller) && caller.tag <= this.#virtual) this.#forget(caller)
      return
    }
    for (const each of this.#callers.values()) if (isIdle(each)) this.#forget(each)
  }

  #forget({ name }: Caller): void {
    this.#callers.delete(name)
    if (this.isIdle) this.#virtual = 0
  }

  /** Drops idle callers that others have caught up with, and beyond a bound those that have been here longest. */
  #sweep(): void {
    if (this.#callers.size <= this.#sweepAbove) return
    const idle = [...this.#callers.values()].filter(isIdle)
    const ahead = idle.filter(({ tag }) => tag > this.#virtual)
    const kept = new Set(ahead.slice(-MAX_IDLE))
    for (const caller of idle) if (!kept.has(caller)) this.#forget(caller)
    this.#sweepAbove = Math.max(SWEEP_ABOVE, 2 * this.#callers.size)
  }
}

type Caller = {
  readonly name: string
  /** as of its latest request */
  weight: number
  tag: number
  atWork: number
  /** the nearest deadline first, among equals the order of arrival */
  readonly waiting: Waiting[]
  /** when it last had a turn, or began to wait */
  turn: number
}

/** A caller, and those of its waiting requests that can make room. */
type Held = { readonly caller: Caller; readonly items: readonly Waiting[] }

/** The least that a request costs: one that fails at once took a place from others all the same. */
const MIN_MS = 1

/** Idle callers that are remembered because they had more than their share. */
const MAX_IDLE = 1_000

const SWEEP_ABOVE = 64

function isIdle({ atWork, waiting }: Caller): boolean {
  return atWork === 0 && waiting.length === 0
}

function deadlineOf({ deadline }: Waiting): number {
  return deadline
}

/** Decides ties by the turn, not by the deadline: a time-out is unsigned, and must win nothing over other callers. */
function isBefore(one: Caller, other: Caller): boolean {
  return one.tag === other.tag ? one.turn < other.turn : one.tag < other.tag
}

function holdsMore({ caller: one, items }: Held, { caller: other, items: others }: Held): boolean {
  const a = (items.length - 1) / one.weight
  const b = (others.length - 1) / other.weight
  if (a !== b) return a > b
  return one.weight === other.weight ? one.turn > other.turn : one.weight < other.weight
}
