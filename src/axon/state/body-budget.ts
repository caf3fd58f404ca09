import { Refusal } from '../../wires/refusal.js'
import { type Held, type Holder, Shares, TOP_HOLDERS } from './shares.js'

/** How much of the budget of bodies is given out, and who has most of it. */
export type BodyLoad = { readonly bytes: number; readonly of: number; readonly top: readonly Held[] }

/** The part of the budget that one body has. Disposing it gives the part back. */
export type BodyPart = Disposable & {
  /** Sets how many bytes the body takes. @throws {Refusal} BODIES_FULL when this body is the one that makes room */
  take(bytes: number): void
  /** Some of the body has come, so that others make room before it. */
  touch(): void
  /** The bytes are in use: the body is parsed, or its request is answered. It makes no room until `unpin`. */
  pin(): void
  unpin(): void
}

/**
 * The budget for the bytes of all bodies that are being read, and for what was read of them until their requests are answered.
 * When it is used up, a body of the holder that `Shares` names makes room: the one of which nothing has come for the longest time.
 * A body that is alone may take more than the budget; and while all bodies of that holder are pinned, so that none can make room,
 * those of others may take a quarter more. Beyond that, the holder with most among those that have a body which is not pinned
 * makes room.
 */
export class BodyBudget {
  readonly #limit: number
  readonly #shares: Shares<Part>

  constructor(limit: number) {
    this.#limit = limit
    this.#shares = new Shares({ networksKeep: limit / 4 })
  }

  /** Opens a part, which has no bytes yet. @param onRefused called when it has to make room for another body */
  open(holder: Holder, onRefused: (refusal: Refusal) => void): BodyPart {
    return new Part({ holder, shares: this.#shares, makeRoom: part => this.#makeRoom(part), onRefused })
  }

  load(): BodyLoad {
    return { bytes: this.#shares.total, of: this.#limit, top: this.#shares.top(TOP_HOLDERS) }
  }

  #makeRoom(newest: Part): void {
    while (this.#shares.total > this.#limit && this.#shares.size > 1) {
      const full = new Refusal('BODIES_FULL', '', { headers: [['retry-after', '1']] })
      let unpinned = [...this.#shares.most()].filter(isUnpinned)
      if (unpinned.length === 0) {
        if (this.#shares.total <= this.#limit * (1 + RESERVE)) return
        unpinned = [...this.#shares.most(isUnpinned)].filter(isUnpinned)
      }
      const [first = newest, ...others] = unpinned
      const part = others.reduce((first, one) => (one.touchedAt < first.touchedAt ? one : first), first)
      part[Symbol.dispose]()
      if (part === newest) throw full
      part.refuse(full)
    }
  }
}

/** Of the budget, what bodies take beyond it while the holder that has most can make no room. */
const RESERVE = 0.25

type PartOptions = {
  readonly holder: Holder
  readonly shares: Shares<Part>
  readonly makeRoom: (part: Part) => void
  readonly onRefused: (refusal: Refusal) => void
}

function isUnpinned({ isPinned }: Part): boolean {
  return !isPinned
}

class Part implements BodyPart {
  readonly #options: PartOptions
  touchedAt = 0
  isPinned = false
  #isOpen = true

  constructor(options: PartOptions) {
    this.#options = options
    this.touch()
  }

  take(bytes: number): void {
    const { shares, holder, makeRoom } = this.#options
    if (!this.#isOpen) return
    shares.set(this, holder, bytes)
    makeRoom(this)
  }

  touch(): void {
    this.touchedAt = performance.now()
  }

  pin(): void {
    this.isPinned = true
  }

  unpin(): void {
    this.isPinned = false
  }

  refuse(refusal: Refusal): void {
    this.#options.onRefused(refusal)
  }

  [Symbol.dispose](): void {
    this.#isOpen = false
    this.#options.shares.delete(this)
  }
}
