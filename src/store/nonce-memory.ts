import { hash } from 'node:crypto'
import type { LegacyDendrite } from '../wires/wire.js'
import { KEY_WORDS, type Key } from './key-set.js'
import { LegacyNonces, type LegacyRecord } from './legacy-nonces.js'
import type { Nonce, NonceCaps, NonceOwner, SignedNonce } from './nonce-store.js'
import { RisingNonces } from './rising-nonces.js'
import { type SpentNonce, SpentNonces } from './spent-nonces.js'
import type { SteadyInstant } from './steady-instant.js'

/** All that a store has to keep of a nonce that it spends. */
export type NonceRecord = SpentNonce & {
  /** a digest; null: nonces may come in any order */
  readonly sequence: string | null
}

/** What a store keeps of a nonce, legacy or not. */
export type StoreRecord = NonceRecord | LegacyRecord

/**
 * Bytes of an owner's digest. It tells for whom a nonce counts, and of which hotkey a dendrite is remembered or dropped: two
 * owners with one digest would share a cap, and the places of their dendrites.
 */
export const OWNER_BYTES = 8
export const SEQUENCE_BYTES = 16

/** What each store knows in memory: the first look, the floor and the caps. */
export class NonceMemory {
  readonly #salt: string
  readonly #spent: SpentNonces
  readonly #startedAt: SteadyInstant | undefined
  readonly #legacy: LegacyNonces
  // Kept apart, so that strangers, however many keys they make, evict no nonce of another caller.
  readonly #rising = { known: new RisingNonces(), strangers: new RisingNonces() }

  /**
   * @param options.salt unsalted, callers could choose replay keys that collide in one spot of a table
   * @param options.floorNs nonces at or below it were dropped by an earlier process
   * @param options.onLegacyFull called at each hotkey whose legacy nonces are refused because the store is full
   * @param options.startedAt everything signed until then is stale, too
   */
  constructor(
    options: NonceCaps & {
      readonly salt: string
      readonly floorNs?: bigint
      readonly startedAt?: SteadyInstant
      readonly onLegacyFull?: () => void
    },
  ) {
    const { salt, floorNs = 0n, startedAt, onLegacyFull } = options
    this.#legacy = new LegacyNonces({ onFull: onLegacyFull })
    this.#salt = salt
    this.#startedAt = startedAt
    this.#spent = new SpentNonces({ ...options, floorNs })
  }

  get size(): number {
    return this.#spent.size
  }

  get floorNs(): bigint {
    const startNs = this.#startedAt?.epochNs ?? 0n
    return startNs > this.droppedNs ? startNs : this.droppedNs
  }

  /** Nonces at or below it were dropped, unlike those that are stale only because they are older than this process. */
  get droppedNs(): bigint {
    return this.#spent.droppedNs
  }

  /**
   * Returns whether the nonce is spent.
   *
   * @throws {Refusal} NOT_VERIFIED of a legacy nonce whose dendrite may have been dropped · LEGACY_STORE_FULL
   */
  has(nonce: Nonce): boolean {
    if (nonce.legacy) return !this.#legacy.maySpend(this.#legacyRecord(nonce, nonce.legacy))
    return this.#spent.has({ key: this.#keyOf(nonce), endSecond: endSecondOf(nonce) })
  }

  /**
   * Spends a nonce in this process, once.
   *
   * @returns what is to be kept; null when it is spent already, lies at or below the floor, or does not rise
   * @throws {Refusal} TOO_MANY_NONCES · NONCE_STORE_FULL · NOT_VERIFIED and LEGACY_STORE_FULL of a legacy nonce
   */
  spend(nonce: SignedNonce, { countedAs, isStranger }: NonceOwner, nowMs: number): StoreRecord | null {
    if (nonce.legacy) return this.#spendLegacy(nonce, nonce.legacy, nowMs)
    const record = {
      key: this.#keyOf(nonce),
      signedAtNs: nonce.signedAtNs,
      endSecond: endSecondOf(nonce),
      owner: this.#ownerOf(countedAs),
      isStranger,
      sequence: nonce.sequence === null ? null : this.#sequenceOf(nonce.sequence),
    }
    if (nonce.signedAtNs <= this.floorNs) return null
    return this.#spent.spend(record, nowMs) && this.#rises(record) ? record : null
  }

  /** Adds what an earlier process spent, the oldest first. */
  restore(record: StoreRecord, nowMs: number): void {
    if ('madeAtNs' in record) {
      this.#legacy.restore(record)
      return
    }
    this.#spent.restore(record, nowMs)
    this.#rises(record)
  }

  /** Returns what has to be kept of legacy nonces for good. */
  legacyRecords(): readonly LegacyRecord[] {
    return this.#legacy.records()
  }

  #spendLegacy(nonce: Nonce, legacy: LegacyDendrite, nowMs: number): LegacyRecord | null {
    const record = this.#legacyRecord(nonce, legacy, nowMs)
    if (!this.#legacy.maySpend(record)) return null
    this.#spent.count({ ...record, key: this.#keyOf(nonce), isStranger: false }, nowMs)
    this.#legacy.spend(record)
    return record
  }

  #legacyRecord({ signedAtNs, keepMs }: Nonce, legacy: LegacyDendrite, nowMs = 0): LegacyRecord {
    const { hotkey, sequence, madeAtNs } = legacy
    return {
      owner: this.#ownerOf(hotkey),
      sequence: this.#sequenceOf(sequence),
      madeAtNs,
      signedAtNs,
      endSecond: Math.floor((nowMs + keepMs) / 1000),
    }
  }

  #rises({ sequence, signedAtNs, isStranger }: NonceRecord): boolean {
    return sequence === null || this.#rising[isStranger ? 'strangers' : 'known'].rises(sequence, signedAtNs)
  }

  #ownerOf(countedAs: string): string {
    return this.#digest(countedAs).toString('latin1', 0, OWNER_BYTES)
  }

  #sequenceOf(sequence: string): string {
    return this.#digest(sequence).toString('latin1', 0, SEQUENCE_BYTES)
  }

  #keyOf({ replayKey }: Nonce): Key {
    const digest = this.#digest(replayKey)
    return new Uint32Array(digest.buffer, digest.byteOffset, KEY_WORDS)
  }

  #digest(text: string): Buffer {
    return hash('sha256', this.#salt + text, 'buffer')
  }
}

/** The last second in which the nonce is fresh. */
function endSecondOf({ signedAtNs, keepMs }: Nonce): number {
  return Math.floor((Number(signedAtNs / 1_000_000n) + keepMs) / 1000)
}
