import { addressKey } from './rate-limiter.js'

/** Who holds a part of something that all callers share: a proven hotkey, or the network that an unproven caller is in. */
export type Holder = { readonly kind: 'hotkey' | 'network'; readonly name: string }

/** How much a holder has. */
export type Held = Holder & { readonly amount: number }

/** Returns the holder that an unproven caller counts for: the /24 of an IPv4 address, the /64 of an IPv6 address. */
export function networkOf(address: string): Holder {
  const [, network] = /^(\d+\.\d+\.\d+)\.\d+$/.exec(address) ?? []
  return { kind: 'network', name: network === undefined ? addressKey(address) : `${network}.0/24` }
}

/** How many holders a load names. */
export const TOP_HOLDERS = 5

type Share<Item> = { readonly holder: Holder; amount: number; readonly items: Set<Item> }
type Part<Item> = { readonly share: Share<Item>; amount: number }

/**
 * Counts what each holder has of something that is scarce, in items of any amount, and finds the one that has to make room.
 *
 * All networks together count as one holder beside the hotkeys, because addresses cost an attacker less than hotkeys that are
 * let in. They make room first, down to `networksKeep`, unless one hotkey has more than all of them; among them, the network
 * with the most.
 */
export class Shares<Item> {
  readonly #networksKeep: number
  readonly #parts = new Map<Item, Part<Item>>()
  readonly #hotkeys = new Map<string, Share<Item>>()
  readonly #networks = new Map<string, Share<Item>>()
  #total = 0
  #ofNetworks = 0

  /** `networksKeep`: what the networks have together before they make room for others */
  constructor({ networksKeep }: { networksKeep: number }) {
    this.#networksKeep = networksKeep
  }

  /** how many items there are */
  get size(): number {
    return this.#parts.size
  }

  /** the amounts of all items */
  get total(): number {
    return this.#total
  }

  /** Adds an item, or gives it another holder or amount. */
  set(item: Item, holder: Holder, amount = 1): void {
    const known = this.#parts.get(item)
    if (known && known.share.holder.kind === holder.kind && known.share.holder.name === holder.name) {
      this.#count(known, amount - known.amount)
      return
    }
    this.delete(item)
    const shares = this.#sharesOf(holder)
    const share = shares.get(holder.name) ?? { holder, amount: 0, items: new Set() }
    shares.set(holder.name, share)
    share.items.add(item)
    const part = { share, amount: 0 }
    this.#parts.set(item, part)
    this.#count(part, amount)
  }

  delete(item: Item): void {
    const part = this.#parts.get(item)
    if (!part) return
    this.#parts.delete(item)
    this.#count(part, -part.amount)
    const { holder, items } = part.share
    items.delete(item)
    if (items.size === 0) this.#sharesOf(holder).delete(holder.name)
  }

  /**
   * Returns the items of the holder that makes room, in the order in which it got them; none when there are no items.
   *
   * @param mayGo where only some items can make room: chooses among the holders that have one of them
   */
  most(mayGo?: (item: Item) => boolean): ReadonlySet<Item> {
    const hotkey = mostOf(this.#hotkeys, mayGo)
    const network = mostOf(this.#networks, mayGo)
    if (!network || !hotkey) return (network ?? hotkey)?.items ?? new Set()
    return this.#ofNetworks >= Math.max(hotkey.amount, this.#networksKeep) ? network.items : hotkey.items
  }

  /** Returns the holders that have most, the first one first. */
  top(count: number): readonly Held[] {
    return [...this.#hotkeys.values(), ...this.#networks.values()]
      .sort((one, other) => other.amount - one.amount)
      .slice(0, count)
      .map(({ holder, amount }) => ({ ...holder, amount }))
  }

  #sharesOf({ kind }: Holder): Map<string, Share<Item>> {
    return kind === 'hotkey' ? this.#hotkeys : this.#networks
  }

  #count(part: Part<Item>, more: number): void {
    part.amount += more
    part.share.amount += more
    this.#total += more
    if (part.share.holder.kind === 'network') this.#ofNetworks += more
  }
}

/** Among equals, the one that has had a share for the longest time. */
function mostOf<Item>(
  shares: ReadonlyMap<string, Share<Item>>,
  mayGo?: (item: Item) => boolean,
): Share<Item> | undefined {
  let most: Share<Item> | undefined
  for (const share of shares.values()) {
    if (most && share.amount <= most.amount) continue
    if (!mayGo || [...share.items].some(mayGo)) most = share
  }
  return most
}
