import type { Wish } from '#dist/axon/state/scheduler.js'

type Request = Wish & {
  readonly id: number
  readonly rank: number
  readonly weight: number
  readonly deadline: number
  readonly charged: number
  readonly startedAt: number
}
type Tag = { tag: number; turn: number }

/**
 * What the scheduler does, told as one flat list of requests and no structure that makes it fast: each decision looks at all of
 * them. It shares no code with the scheduler.
 */
export class SchedulerModel {
  /** in the order of arrival */
  waiting: Request[] = []
  atWork: Request[] = []
  /** ids, in the order in which they were refused */
  readonly refused: number[] = []
  /** ids, in the order in which they began */
  readonly begun: number[] = []
  now = 0
  readonly #options: { readonly concurrency: number; readonly queue: number }
  readonly #tags = new Map<string, Tag>()
  readonly #virtual = new Map<number, number>()
  #costMs = 1_000
  #turns = 0

  constructor(options: { concurrency: number; queue: number }) {
    this.#options = options
  }

  arrive(id: number, wish: Wish): void {
    const rank = wish.isStranger ? Number.NEGATIVE_INFINITY : wish.priority!
    const request = { ...wish, id, rank, weight: wish.weight!, deadline: wish.deadline!, charged: 0, startedAt: 0 }
    const { queue } = this.#options
    if (this.atWork.length < this.#places(rank)) {
      this.#comesBack(request)
      this.#begin(request)
    } else {
      if (!this.#waitingOf(request).length) this.#comesBack(request)
      this.waiting.push(request)
      const own = wish.route && this.waiting.filter(({ route }) => route === wish.route)
      if (own && own.length > (wish.route?.queue as number)) this.#evict(own)
      else if (this.waiting.length > queue) this.#evict(this.waiting)
    }
    this.#forget()
  }

  end(id: number): void {
    const request = this.atWork.find(other => other.id === id)!
    const ms = this.now - request.startedAt
    this.atWork = this.atWork.filter(other => other !== request)
    this.#costMs += (ms - this.#costMs) / 16
    if (this.#inClass(request.rank, this.waiting).length > 0)
      this.#tag(request).tag += (Math.max(1, ms) - request.charged) / request.weight
    const highest = Math.max(...this.waiting.map(({ rank }) => rank))
    const line = this.#inClass(highest, this.waiting)
    if (line.length > 0 && this.atWork.length < this.#places(highest)) this.#begin(this.#next(line))
    this.#forget()
  }

  leave(id: number): void {
    this.waiting = this.waiting.filter(other => other.id !== id)
    this.#forget()
  }

  #next(line: readonly Request[]): Request {
    const isBelow = (one: Request) => this.#isBelowShare(one)
    const allowed = line.some(isBelow) ? line.filter(isBelow) : line
    const lowest = Math.min(...allowed.map(one => this.#tag(one).tag))
    const tied = allowed.filter(one => this.#tag(one).tag === lowest)
    const longest = Math.min(...tied.map(one => this.#tag(one).turn))
    const own = tied.filter(one => this.#tag(one).turn === longest)
    const nearest = Math.min(...own.map(({ deadline }) => deadline))
    return own.find(({ deadline }) => deadline === nearest)!
  }

  #isBelowShare(one: Request): boolean {
    const callers = new Map<string, number>()
    // The latest request of a caller tells its weight; in the tests they are all the same.
    for (const { caller, weight } of this.#inClass(one.rank, [...this.atWork, ...this.waiting]))
      callers.set(caller, weight)
    const weights = [...callers.values()].reduce((sum, weight) => sum + weight, 0)
    const held = this.#inClass(one.rank, this.atWork).filter(({ caller }) => caller === one.caller).length
    return held / this.#places(one.rank) < one.weight / weights
  }

  #evict(all: readonly Request[]): void {
    const lowest = Math.min(...all.map(({ rank }) => rank))
    const line = this.#inClass(lowest, all)
    const beyondFirst = (one: Request) => (line.filter(other => keyOf(other) === keyOf(one)).length - 1) / one.weight
    const most = Math.max(...line.map(beyondFirst))
    const holders = line.filter(one => beyondFirst(one) === most)
    const lightest = Math.min(...holders.map(({ weight }) => weight))
    const light = holders.filter(({ weight }) => weight === lightest)
    const latest = Math.max(...light.map(one => this.#tag(one).turn))
    const own = light.filter(one => this.#tag(one).turn === latest)
    const farthest = Math.max(...own.map(({ deadline }) => deadline))
    const last = own.findLast(({ deadline }) => deadline === farthest)!
    this.waiting = this.waiting.filter(other => other !== last)
    this.refused.push(last.id)
  }

  #comesBack(request: Request): void {
    const tag = this.#tag(request)
    tag.tag = Math.max(tag.tag, this.#virtual.get(request.rank) ?? 0)
    tag.turn = ++this.#turns
  }

  #begin(request: Request): void {
    const tag = this.#tag(request)
    this.#virtual.set(request.rank, Math.max(this.#virtual.get(request.rank) ?? 0, tag.tag))
    tag.tag += this.#costMs / request.weight
    tag.turn = ++this.#turns
    this.waiting = this.waiting.filter(other => other !== request)
    this.atWork = [...this.atWork, { ...request, charged: this.#costMs, startedAt: this.now }]
    this.begun.push(request.id)
  }

  /** While nothing of a class waits, only what is at work is remembered. */
  #forget(): void {
    for (const key of this.#tags.keys()) {
      const rank = Number(key.split(' ')[0])
      const isHeld = [...this.atWork, ...this.waiting].some(one => keyOf(one) === key)
      if (!isHeld && this.#inClass(rank, this.waiting).length === 0) this.#tags.delete(key)
    }
    for (const rank of this.#virtual.keys())
      if (this.#inClass(rank, [...this.atWork, ...this.waiting]).length === 0) this.#virtual.delete(rank)
  }

  #tag(request: { readonly rank: number; readonly caller: string }): Tag {
    const tag = this.#tags.get(keyOf(request)) ?? { tag: 0, turn: 0 }
    this.#tags.set(keyOf(request), tag)
    return tag
  }

  #waitingOf(request: Request): Request[] {
    return this.waiting.filter(other => keyOf(other) === keyOf(request))
  }

  #inClass(rank: number, requests: readonly Request[]): Request[] {
    return requests.filter(other => other.rank === rank)
  }

  #places(rank: number): number {
    return rank === Number.NEGATIVE_INFINITY ? this.#options.concurrency / 2 : this.#options.concurrency
  }
}

function keyOf({ rank, caller }: { readonly rank: number; readonly caller: string }): string {
  return `${rank} ${caller}`
}
