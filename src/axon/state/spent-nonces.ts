import { hash, randomUUID } from 'node:crypto'
import { Refusal } from '../../wires/refusal.js'

/** A nonce as the store needs it: to recognise it, and to know when to drop it. */
export type Nonce = {
  readonly replayKey: string
  readonly signedAtNs: bigint
  readonly keepMs: number
}

/** Whose nonce it is. */
export type NonceOwner = {
  /** the hotkey; the address of a stranger */
  readonly countedAs: string
  readonly isStranger: boolean
}

/**
 * The spent nonces, so that no request is answered twice. None is evicted early, which would open a window for replays;
 * a cap for each caller and one for all bound the store instead. Strangers spend only while less than half of it is
 * taken; the rest is for registered and allowed callers, so that keys, which anyone can create, do not fill it for them.
 *
 * Memory: 16 bytes a nonce (128 bits of the SHA-256 of its replay key) in tables that are two to four fifths full. Nonces
 * that expire in the same second share a table, and are dropped with it.
 */
export class SpentNonces {
  readonly #perCaller: number
  readonly #inAll: number
  readonly #seconds = new Map<number, Second>()
  readonly #counts = new Map<string, number>()
  /** Callers choose their replay keys; unsalted, they could choose keys that collide in one spot of a table. */
  readonly #salt = randomUUID()
  #size = 0
  #floorNs: bigint
  #forgotAtSecond = 0

  /** `startedAtMs`: everything signed before is stale, because the store cannot know whether it was spent. */
  constructor(options: { startedAtMs: number; perCaller: number; inAll: number }) {
    this.#perCaller = options.perCaller
    this.#inAll = options.inAll
    this.#floorNs = BigInt(options.startedAtMs) * 1_000_000n
  }

  get size(): number {
    return this.#size
  }

  /** Nonces at or below it are stale: they may have been spent before this process began, or dropped since. */
  get floorNs(): bigint {
    return this.#floorNs
  }

  /** Whether a nonce is spent. Does not spend it. */
  has(nonce: Nonce): boolean {
    return this.#seconds.get(endSecond(nonce))?.keys.has(this.#fingerprint(nonce)) ?? false
  }

  /**
   * Spends a nonce, once.
   *
   * @returns false when it is spent already, or lies at or below the floor
   * @throws {Refusal} TOO_MANY_NONCES · NONCE_STORE_FULL
   */
  spend(nonce: Nonce, { countedAs, isStranger }: NonceOwner, nowMs: number): boolean {
    this.#forget(nowMs)
    if (nonce.signedAtNs <= this.#floorNs) return false
    const end = endSecond(nonce)
    const key = this.#fingerprint(nonce)
    const second = this.#seconds.get(end) ?? { keys: new KeySet(), counts: new Map(), newestNs: 0n }
    if (second.keys.has(key)) return false
    const count = this.#counts.get(countedAs) ?? 0
    if (count >= this.#perCaller) throw new Refusal('TOO_MANY_NONCES')
    if (this.#size >= (isStranger ? this.#inAll / 2 : this.#inAll)) throw new Refusal('NONCE_STORE_FULL')
    this.#seconds.set(end, second)
    second.keys.add(key)
    second.counts.set(countedAs, (second.counts.get(countedAs) ?? 0) + 1)
    if (nonce.signedAtNs > second.newestNs) second.newestNs = nonce.signedAtNs
    this.#counts.set(countedAs, count + 1)
    this.#size++
    return true
  }

  #fingerprint({ replayKey }: Nonce): Key {
    const digest = hash('sha256', this.#salt + replayKey, 'buffer')
    return new Uint32Array(digest.buffer, digest.byteOffset, WORDS)
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
      if (second.newestNs > this.#floorNs) this.#floorNs = second.newestNs
      for (const [caller, count] of second.counts) {
        const left = this.#counts.get(caller)! - count
        if (left > 0) this.#counts.set(caller, left)
        else this.#counts.delete(caller)
      }
    }
  }
}

/** The nonces that expire in one second, and how many of them each caller has. */
type Second = { readonly keys: KeySet; readonly counts: Map<string, number>; newestNs: bigint }

/** The last second in which the nonce is fresh. */
function endSecond({ signedAtNs, keepMs }: Nonce): number {
  return Math.floor((Number(signedAtNs / 1_000_000n) + keepMs) / 1000)
}

/** 128 bits as four words. */
type Key = Uint32Array

/** A set of 128-bit keys in one flat array: open addressing, linear probing, at most four fifths full. */
class KeySet {
  #words = new Uint32Array(WORDS * 16)
  size = 0

  has(key: Key): boolean {
    return isAt(this.#words, this.#find(this.#words, key), key)
  }

  add(key: Key): void {
    if (this.size + 1 > (this.#words.length / WORDS) * MAX_LOAD) this.#grow()
    this.#words.set(key, this.#find(this.#words, key))
    this.size++
  }

  #grow(): void {
    const words = new Uint32Array(2 * this.#words.length)
    for (let at = 0; at < this.#words.length; at += WORDS) {
      const key = this.#words.subarray(at, at + WORDS)
      if (!isAt(this.#words, at, FREE)) words.set(key, this.#find(words, key))
    }
    this.#words = words
  }

  /** The slot of the key, or the free slot where it would go. Keys are digests, so any of their bits spread evenly. */
  #find(words: Uint32Array, key: Key): number {
    let at = (key[0]! * WORDS) % words.length
    while (!isAt(words, at, key) && !isAt(words, at, FREE)) at = (at + WORDS) % words.length
    return at
  }
}

const WORDS = 4
const MAX_LOAD = 0.8
/** Marks a free slot; finding a SHA-256 that begins with 128 zero bits is infeasible. */
const FREE = new Uint32Array(WORDS)

function isAt(words: Uint32Array, at: number, key: Key): boolean {
  return words[at] === key[0] && words[at + 1] === key[1] && words[at + 2] === key[2] && words[at + 3] === key[3]
}
