import { Refusal } from '../wires/refusal.js'
import { type Key, KeySet } from './key-set.js'
import type { NonceCaps } from './nonce-store.js'

/** A nonce that was spent, as the tables and the disk hold it. */
export type SpentNonce = {
  readonly key: Key
  readonly signedAtNs: bigint
  /** the last second in which it is fresh */
  readonly endSecond: number
  /** for whom it counts: a digest */
  readonly owner: string
  readonly isStranger: boolean
}

/**
 * The spent nonces in memory. None is evicted early, which would open a window for replays; a cap for each caller and one
 * for all bound them instead. Strangers spend only while less than half of the places are taken; the rest is for registered
 * and allowed callers, so that keys, which anyone can create, do not fill it for them.
 *
 * Memory: 16 bytes a nonce in tables that are two to four fifths full. Nonces that expire in the same second share a table,
 * and are dropped with it.
 */
export class SpentNonces {
  readonly #caps: NonceCaps
  readonly #seconds = new Map<number, Second>()
  readonly #counts = new Map<string, number>()
  #size = 0
  #droppedNs: bigint
  #forgotAtSecond = 0

  constructor(options: NonceCaps & { readonly floorNs: bigint }) {
    this.#caps = options
    this.#droppedNs = options.floorNs
  }

  get size(): number {
    return this.#size
  }

  /** Nonces at or below it are stale: they were dropped. */
  get droppedNs(): bigint {
    return this.#droppedNs
  }

  has({ key, endSecond }: Pick<SpentNonce, 'key' | 'endSecond'>): boolean {
    return this.#seconds.get(endSecond)?.keys.has(key) ?? false
  }

  /**
   * Spends a nonce, once.
   *
   * @returns false when it is spent already, or lies at or below the floor
   * @throws {Refusal} TOO_MANY_NONCES · NONCE_STORE_FULL
   */
  spend(nonce: SpentNonce, nowMs: number): boolean {
    this.#forget(nowMs)
    if (nonce.signedAtNs <= this.#droppedNs || this.has(nonce)) return false
    this.#requireRoom(nonce, nowMs)
    this.#add(nonce)
    return true
  }

  /**
   * Counts a legacy nonce for the caps until its last second. The floor does not hold for it, nor does it raise the floor: a
   * clock that is ahead for a while would put it ahead of all callers.
   *
   * @throws {Refusal} TOO_MANY_NONCES · NONCE_STORE_FULL
   */
  count(nonce: Omit<SpentNonce, 'signedAtNs'>, nowMs: number): void {
    this.#forget(nowMs)
    this.#requireRoom(nonce, nowMs)
    this.#add({ ...nonce, signedAtNs: 0n })
  }

  /** Adds a nonce that an earlier process spent, whatever the caps. One that has expired raises the floor instead. */
  restore(nonce: SpentNonce, nowMs: number): void {
    if (nonce.endSecond < Math.floor(nowMs / 1000)) this.#raise(nonce.signedAtNs)
    else if (!this.has(nonce)) this.#add(nonce)
  }

  #requireRoom({ owner, isStranger }: Pick<SpentNonce, 'owner' | 'isStranger'>, nowMs: number): void {
    const { perCaller, inAll } = this.#caps
    if ((this.#counts.get(owner) ?? 0) >= perCaller) throw this.#full('TOO_MANY_NONCES', nowMs, owner)
    if (this.#size >= (isStranger ? inAll / 2 : inAll)) throw this.#full('NONCE_STORE_FULL', nowMs)
  }

  /** @param owner whose nonces make room when they expire; undefined: those of anyone do */
  #full(code: 'TOO_MANY_NONCES' | 'NONCE_STORE_FULL', nowMs: number, owner?: string): Refusal {
    const ends = [...this.#seconds].flatMap(([end, { counts }]) =>
      owner === undefined || counts.has(owner) ? [end] : [],
    )
    const waitSeconds = Math.ceil(Math.min(...ends) + 1 - nowMs / 1000)
    const bounded = Math.min(Math.max(waitSeconds, 1), MAX_WAIT_SECONDS)
    return new Refusal(code, '', { headers: [['retry-after', String(bounded)]] })
  }

  #add({ key, signedAtNs, endSecond, owner }: SpentNonce): void {
    const second = this.#seconds.get(endSecond) ?? { keys: new KeySet(), counts: new Map(), newestNs: 0n }
    this.#seconds.set(endSecond, second)
    second.keys.add(key)
    second.counts.set(owner, (second.counts.get(owner) ?? 0) + 1)
    if (signedAtNs > second.newestNs) second.newestNs = signedAtNs
    this.#counts.set(owner, (this.#counts.get(owner) ?? 0) + 1)
    this.#size++
  }

  /** Drops the tables whose second is over, and raises the floor above their nonces. */
  #forget(nowMs: number): void {
    const nowSecond = Math.floor(nowMs / 1000)
    if (nowSecond === this.#forgotAtSecond) return
    this.#forgotAtSecond = nowSecond
    for (const [end, second] of this.#seconds) {
      if (end >= nowSecond) continue
      this.#seconds.delete(end)
      this.#size -= second.keys.size
      this.#raise(second.newestNs)
      for (const [owner, count] of second.counts) {
        const left = this.#counts.get(owner)! - count
        if (left > 0) this.#counts.set(owner, left)
        else this.#counts.delete(owner)
      }
    }
  }

  #raise(ns: bigint): void {
    if (ns > this.#droppedNs) this.#droppedNs = ns
  }
}

/** A caller is not sent away for longer: nonces may be dropped, or the flood over, before. */
const MAX_WAIT_SECONDS = 60

/** The nonces that expire in one second, and how many of them each owner has. */
type Second = { readonly keys: KeySet; readonly counts: Map<string, number>; newestNs: bigint }
