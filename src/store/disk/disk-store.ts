import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { withTimeout } from '../../async/timeout.js'
import type { FileLock } from '../../disk/file-lock.js'
import { bootId } from '../../disk/processes.js'
import { Batches } from '../batches.js'
import { legacyFullReport, MAX_LEGACY_RECORDS } from '../legacy-nonces.js'
import { NonceMemory, type StoreRecord } from '../nonce-memory.js'
import type { Nonce, NonceCaps, NonceOwner, NonceStore, SignedNonce, StoreState } from '../nonce-store.js'
import { SteadyInstant, type StoreClocks } from '../steady-instant.js'
import { StoreError } from '../store-error.js'
import type { OnStoreEvent } from '../store-events.js'
import { StoreOutage } from '../store-outage.js'
import { pauseOf, UNKNOWN_MS, unknownEvent } from '../unknown-time.js'
import { clockSetBackEvent, diskHint, legacyFullHint } from './disk-words.js'
import { judgeSegments } from './judge-segments.js'
import { lockStore, unwritable } from './lock-store.js'
import { RECORD_BYTES } from './record.js'
import { readSegment } from './segment.js'
import { Segments, segmentPaths } from './segments.js'

export type DiskStoreOptions = NonceCaps &
  StoreClocks & {
    /** of its files, which add an ending: for one hotkey on one subnet */
    readonly path: string
    readonly onEvent: OnStoreEvent
    /** identifies the boot of the machine; undefined: it cannot tell */
    readonly boot?: () => Promise<string | undefined>
    readonly retryMs?: number
  }

/** How long a request waits for its record to be written. */
const WRITE_MS = 2_000
/** More than the nonces of one second. */
const MAX_WAITING = 10_000
/** How often a store that fails tries again by itself, so that its state is true though no caller comes. */
const RETRY_MS = 5_000

/**
 * Keeps the spent nonces in files of this machine. The record of a nonce is with the system, by write(2), before `spend`
 * resolves: kill -9 loses none, a power cut may. The boot of the machine tells afterwards.
 *
 * @throws {StoreError} STORE_LOCKED · STORE_UNWRITABLE
 */
export async function openDiskStore(options: DiskStoreOptions): Promise<NonceStore> {
  const { path, now, onEvent, boot = bootId } = options
  let lost = false
  const lock = await lockStore(path, { onEvent, onLost: () => (lost = true) })
  try {
    const machine = await boot()
    // Now: nonces that an earlier process spent are at most this far ahead, because it has ended.
    const startedAt = SteadyInstant.in(0, options)
    const startedAtMs = now()
    const maxRecords = 3 * options.inAll + MAX_LEGACY_RECORDS
    // A segment is measured before a batch is added to it.
    const maxBytes = 4_096 + (maxRecords + MAX_WAITING) * RECORD_BYTES
    const files = await Promise.all(segmentPaths(path).map(file => readSegment(file, maxBytes)))
    const { head, at, records, floorNs, why } = judgeSegments(files, machine)
    const latest = SteadyInstant.in(UNKNOWN_MS, options)
    const unknownUntil =
      head && why === null ? SteadyInstant.at(Math.min(head.unknownUntilSteadyMs, latest.steadyMs), options) : latest
    const isFirst = files.every(file => file === null)
    if (why !== null) onEvent(unknownEvent(isFirst ? 'info' : 'warn', why, unknownUntil.epochMs))
    else if (unknownUntil.epochMs > startedAtMs) onEvent(unknownEvent('info', againWithin, unknownUntil.epochMs))

    const salt = head?.salt ?? randomUUID()
    const onLegacyFull = legacyFullReport(onEvent, legacyFullHint(path))
    const memory = new NonceMemory({ ...options, salt, floorNs, startedAt, onLegacyFull })
    for (const record of records) memory.restore(record, startedAtMs)
    const pause = pauseOf({ floorNs: memory.floorNs, unknownUntilMs: 0 }, startedAtMs)
    if (pause) onEvent(clockSetBackEvent(path, pause.until))
    const segments = await Segments.begin(path, {
      run: { salt, boot: machine ?? null, unknownUntilSteadyMs: unknownUntil.steadyMs },
      number: head?.number ?? 1,
      at,
      floorNs: memory.droppedNs,
      records: records.filter(record => !('madeAtNs' in record) && record.endSecond >= Math.floor(startedAtMs / 1000)),
      lasting: () => memory.legacyRecords(),
      maxRecords,
    })
    return new DiskStore({ ...options, memory, segments, lock, unknownUntil, isLost: () => lost })
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error instanceof StoreError ? error : unwritable(error, path)
  }
}

type Parts = {
  readonly memory: NonceMemory
  readonly segments: Segments
  readonly lock: FileLock
  readonly unknownUntil: SteadyInstant
  readonly onEvent: OnStoreEvent
  readonly now: () => number
  readonly retryMs?: number
  /** whether another process took the lock */
  readonly isLost: () => boolean
}

class DiskStore implements NonceStore {
  readonly #parts: Parts
  readonly #batches: Batches<StoreRecord>
  readonly #outage: StoreOutage
  readonly #ending = new AbortController()
  #retrying: Promise<void> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    this.#outage = new StoreOutage(parts.onEvent, parts.now)
    this.#batches = new Batches({ keep: records => this.#write(records), maxMs: WRITE_MS, maxItems: MAX_WAITING })
  }

  get size(): number {
    return this.#parts.memory.size
  }

  get floorNs(): bigint {
    return this.#parts.memory.floorNs
  }

  get unknownUntilMs(): number {
    return this.#parts.unknownUntil.epochMs
  }

  get state(): StoreState {
    return { kind: 'disk', failure: this.#outage.failure, pause: pauseOf(this, this.#parts.now()) }
  }

  has(nonce: Nonce): boolean {
    return this.#parts.memory.has(nonce)
  }

  async spend(nonce: SignedNonce, owner: NonceOwner, nowMs: number): Promise<boolean> {
    const record = this.#parts.memory.spend(nonce, owner, nowMs)
    if (!record) return false
    await this.#keep(record)
    return true
  }

  async #keep(record: StoreRecord): Promise<void> {
    try {
      await this.#batches.add(record)
    } catch (error) {
      const refusal = this.#outage.failed(error, diskHint(error, this.#parts.isLost()))
      this.#retrying ??= this.#retry(record).finally(() => (this.#retrying = null))
      throw refusal
    }
    this.#outage.worked()
  }

  /** Keeps a nonce that failed, and is spent all the same, until it is kept or the store works again. */
  async #retry(record: StoreRecord): Promise<void> {
    const { retryMs = RETRY_MS } = this.#parts
    while (this.#outage.failure) {
      const isOver = await setTimeout(retryMs, false, { ref: false, signal: this.#ending.signal }).catch(() => true)
      if (isOver) return
      if (this.#outage.failure) await this.#keep(record).catch(() => {}) // reported, and tried again
    }
  }

  async #write(records: readonly StoreRecord[]): Promise<void> {
    const { memory, segments, now, lock } = this.#parts
    if (!(await lock.isHeld()))
      throw new Error('another process has taken the lock of the store, because this one was suspended')
    const second = Math.floor(now() / 1000)
    await segments.append(records, { second, floorNs: memory.droppedNs })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { segments, lock, isLost } = this.#parts
    this.#ending.abort()
    try {
      await withTimeout(this.#batches.settled(), WRITE_MS)
      await withTimeout(segments.close(), WRITE_MS)
    } catch {
      // A disk that hangs must not keep the program, whose end closes the file. To close it here could lend its descriptor
      // to another file, to which the write that hangs would go; the lock is left behind, as after kill -9.
      return
    }
    if (!isLost()) await lock[Symbol.asyncDispose]()
  }
}

const againWithin = 'this process was started again within the 4 s in which it was not'
