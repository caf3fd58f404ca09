import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { withTimeout } from '../../async/timeout.js'
import { type FileLock, FileLocked, holderText, lockFile } from '../../disk/file-lock.js'
import { makePrivateFolder } from '../../disk/private-file.js'
import { bootId } from '../../disk/processes.js'
import { Batches } from '../batches.js'
import { NonceMemory, type NonceRecord } from '../nonce-memory.js'
import type { Nonce, NonceCaps, NonceOwner, NonceStore, SignedNonce, StoreState } from '../nonce-store.js'
import { SteadyInstant, type StoreClocks } from '../steady-instant.js'
import { StoreError } from '../store-error.js'
import type { OnStoreEvent, StoreEvent } from '../store-events.js'
import { StoreOutage } from '../store-outage.js'
import { pauseOf, UNKNOWN_MS, unknownEvent } from '../unknown-time.js'
import { judgeSegments } from './judge-segments.js'
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
  }

/** How long a request waits for its record to be written. */
const WRITE_MS = 2_000
/** More than the nonces of one second. */
const MAX_WAITING = 10_000
const BEAT_MS = 2_000
/** A process that another machine or container runs holds its lock while it touches it this often. */
const SILENT_MS = 10_000

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
    const maxRecords = 3 * options.inAll
    const maxBytes = 4_096 + maxRecords * RECORD_BYTES
    const files = await Promise.all(segmentPaths(path).map(file => readSegment(file, maxBytes)))
    const { head, records, floorNs, why } = judgeSegments(files, machine)
    const latest = SteadyInstant.in(UNKNOWN_MS, options)
    const unknownUntil =
      head && why === null ? SteadyInstant.at(Math.min(head.unknownUntilSteadyMs, latest.steadyMs), options) : latest
    const isFirst = files.every(file => file === null)
    if (why !== null) onEvent(unknownEvent(isFirst ? 'info' : 'warn', why, unknownUntil.epochMs))
    else if (unknownUntil.epochMs > startedAtMs) onEvent(unknownEvent('info', againWithin, unknownUntil.epochMs))

    const salt = head?.salt ?? randomUUID()
    const memory = new NonceMemory({ ...options, salt, floorNs, startedAt })
    for (const record of records) memory.restore(record, startedAtMs)
    const pause = pauseOf({ floorNs: memory.floorNs, unknownUntilMs: 0 }, startedAtMs)
    if (pause) onEvent(clockSetBackEvent(path, pause.until))
    const segments = await Segments.begin(path, {
      run: { salt, boot: machine ?? null, unknownUntilSteadyMs: unknownUntil.steadyMs },
      number: (head?.number ?? 0) + 1,
      floorNs: memory.droppedNs,
      records: records.filter(({ endSecond }) => endSecond >= Math.floor(startedAtMs / 1000)),
      maxRecords,
    })
    return new DiskStore({ memory, segments, lock, unknownUntil, onEvent, now, isLost: () => lost })
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
  /** whether another process took the lock */
  readonly isLost: () => boolean
}

class DiskStore implements NonceStore {
  readonly #parts: Parts
  readonly #batches: Batches<NonceRecord>
  readonly #outage: StoreOutage

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
    try {
      await this.#batches.add(record)
    } catch (error) {
      throw this.#outage.failed(error, this.#parts.isLost() ? taken : 'make room on the disk of the data folder')
    }
    this.#outage.worked()
    return true
  }

  async #write(records: readonly NonceRecord[]): Promise<void> {
    const { memory, segments, now, lock } = this.#parts
    if (!(await lock.isHeld()))
      throw new Error('another process has taken the lock of the store, because this one was suspended')
    const second = Math.floor(now() / 1000)
    await segments.append(records, { second, floorNs: memory.droppedNs })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { segments, lock, isLost } = this.#parts
    await withTimeout(this.#batches.settled(), WRITE_MS).catch(() => {}) // a disk that hangs must not keep the program
    await segments.close()
    if (!isLost()) await lock[Symbol.asyncDispose]()
  }
}

function clockSetBackEvent(path: string, untilMs: number): StoreEvent {
  const until = new Date(untilMs).toISOString()
  return {
    level: 'warn',
    event: 'clockSetBack',
    untilMs,
    message: `the clock was set back behind nonces that were spent: until ${until} callers get 401`,
    hint: `set the clock of this machine by NTP; if it is right, stop the miner, delete ${path}.0 and .1, and start it again`,
  }
}

const againWithin = 'this process was started again within the 4 s in which it was not'
const taken = 'stop this process or the other one, and start it again'

async function lockStore(
  path: string,
  { onEvent, onLost }: { readonly onEvent: OnStoreEvent; readonly onLost: () => void },
): Promise<FileLock> {
  const file = `${path}.lock`
  const onWait = (holder: string) => {
    const message = `waits up to ${SILENT_MS / 1000} s for a lock that may be left behind: ${holder}`
    onEvent({ level: 'info', event: 'storeWaits', holder, message })
  }
  try {
    await makePrivateFolder(dirname(path))
    return await lockFile(file, { command: 'serve', onWait, onLost, maxMs: 0, silentMs: SILENT_MS, beatMs: BEAT_MS })
  } catch (error) {
    if (!(error instanceof FileLocked)) throw unwritable(error, path)
    throw new StoreError('STORE_LOCKED', `another process serves this hotkey: ${holderText(error.holder)}`, {
      hint: `stop it first; if it no longer runs, delete ${file}`,
      cause: error,
    })
  }
}

function unwritable(cause: unknown, path: string): StoreError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reason = code === 'ENOSPC' ? 'the disk is full' : message
  return new StoreError('STORE_UNWRITABLE', `cannot keep the spent nonces in ${dirname(path)}: ${reason}`, {
    hint: 'let this user write the folder, or make room on its disk',
    cause,
  })
}
