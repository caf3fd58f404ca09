import { Refusal } from '../wires/refusal.js'
import type { OnStoreEvent } from './store-events.js'

/** The last nonce of a dendrite of SDK 6.0 to 7.1, as memory and the disk hold it. */
export type LegacyRecord = {
  /** of its hotkey: a digest */
  readonly owner: string
  /** of the dendrite: a digest; null: the record tells what was dropped of the hotkey */
  readonly sequence: string | null
  /** when the dendrite was made; of what was dropped, the newest */
  readonly madeAtNs: bigint
  /** the last nonce; 0 of what was dropped */
  readonly signedAtNs: bigint
  /** keeps its segment on disk from being replaced until then; what is known is written anew into the next one */
  readonly endSecond: number
}

/** How many dendrites of SDK 6.0 to 7.1 a store remembers. */
export const legacyCaps = {
  /** of one hotkey; with one more, it drops the one that was not used for the longest time */
  dendrites: 64,
  /** further ones are refused */
  hotkeys: 1_024,
}
/** More than a store has records of them: each dendrite, and what was dropped of each hotkey. */
export const MAX_LEGACY_RECORDS = legacyCaps.hotkeys * (legacyCaps.dendrites + 2)

/**
 * The last nonce of each dendrite of SDK 6.0 to 7.1. Such a nonce never expires, because it counts from a boot, so what a
 * forgotten dendrite signed would be answered again. But its uuid, which is signed, tells when it was made: an unknown
 * dendrite is let in only if it is newer than all that were dropped of its hotkey.
 */
export class LegacyNonces {
  readonly #hotkeys = new Map<string, Hotkey>()
  readonly #caps: typeof legacyCaps
  readonly #onFull: () => void

  /** @param onFull called at each hotkey that is refused because the store is full */
  constructor({ caps = legacyCaps, onFull = () => {} } = {}) {
    this.#caps = caps
    this.#onFull = onFull
  }

  /** Returns whether a nonce lies at or below the last one of its dendrite. */
  has({ owner, sequence, signedAtNs }: Pick<LegacyRecord, 'owner' | 'sequence' | 'signedAtNs'>): boolean {
    const last = this.#hotkeys.get(owner)?.dendrites.get(sequence)
    return last !== undefined && signedAtNs <= last.signedAtNs
  }

  /**
   * Returns whether a nonce may be spent: false when it does not rise.
   *
   * @throws {Refusal} NOT_VERIFIED when its dendrite may have been dropped · LEGACY_STORE_FULL
   */
  maySpend(record: LegacyRecord): boolean {
    if (this.has(record)) return false
    const hotkey = this.#hotkeys.get(record.owner)
    if (!hotkey && this.#hotkeys.size >= this.#caps.hotkeys) {
      this.#onFull()
      throw legacyStoreFull()
    }
    if (hotkey && !hotkey.dendrites.has(record.sequence) && record.madeAtNs <= hotkey.droppedNs) throw dendriteDropped()
    return true
  }

  /** Spends a nonce that may be spent. */
  spend(record: LegacyRecord): void {
    const { owner, sequence, madeAtNs } = record
    const hotkey = this.#hotkeys.get(owner) ?? { dendrites: new Map(), droppedNs: NONE_DROPPED }
    this.#hotkeys.set(owner, hotkey)
    if (sequence === null) {
      drop(hotkey, madeAtNs)
      return
    }
    // Their order is that of their use.
    hotkey.dendrites.delete(sequence)
    hotkey.dendrites.set(sequence, record)
    if (hotkey.dendrites.size <= this.#caps.dendrites) return
    const [oldest] = hotkey.dendrites.values()
    hotkey.dendrites.delete(oldest!.sequence)
    drop(hotkey, oldest!.madeAtNs)
  }

  /** Adds what an earlier process kept, the oldest first. */
  restore(record: LegacyRecord): void {
    if (!this.has(record)) this.spend(record)
  }

  /** Returns all that has to be kept. None of it keeps a segment from being replaced, since the next one repeats it. */
  records(): readonly LegacyRecord[] {
    return [...this.#hotkeys].flatMap(([owner, { dendrites, droppedNs: madeAtNs }]) => {
      const known = [...dendrites.values()].map(record => ({ ...record, endSecond: 0 }))
      if (madeAtNs === NONE_DROPPED) return known
      return [{ owner, sequence: null, madeAtNs, signedAtNs: 0n, endSecond: 0 }, ...known]
    })
  }
}

/** Returns the refusal of a dendrite that is unknown, and not newer than all that were dropped of its hotkey. */
export function dendriteDropped(): Refusal {
  const why = 'Nonce is too old, this axon has dropped its dendrite for newer ones of the same hotkey'
  return new Refusal('NOT_VERIFIED', why)
}

/** Returns the refusal of a hotkey that a store has no place for. */
export function legacyStoreFull(): Refusal {
  return new Refusal('LEGACY_STORE_FULL')
}

/**
 * Returns what to call at each hotkey whose legacy nonces are refused because a store is full. It reports the first
 * one only.
 *
 * @param hint what makes room
 */
export function legacyFullReport(onEvent: OnStoreEvent, hint: string): () => void {
  let isReported = false
  return () => {
    if (isReported) return
    isReported = true
    const known = legacyCaps.hotkeys.toLocaleString('en')
    const message = `the store remembers legacy nonces of ${known} hotkeys, which is its limit, and those of another hotkey get 503`
    onEvent({ level: 'warn', event: 'legacyStoreFull', message, hint })
  }
}

type Hotkey = {
  readonly dendrites: Map<string | null, LegacyRecord>
  /** an unknown dendrite must be newer */
  droppedNs: bigint
}

const NONE_DROPPED = -1n

function drop(hotkey: Hotkey, madeAtNs: bigint): void {
  if (madeAtNs > hotkey.droppedNs) hotkey.droppedNs = madeAtNs
}
