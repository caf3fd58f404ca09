import type { StoreRecord } from '../nonce-memory.js'
import type { SegmentHead } from './segment.js'
import { SegmentFile } from './segment-file.js'

/** What the first line of each segment of a run repeats. */
export type RunHead = Pick<SegmentHead, 'salt' | 'boot' | 'unknownUntilSteadyMs'>

/** What a run begins with. */
type BeginOptions = {
  readonly run: RunHead
  /** of the latest segment of earlier runs; 1 without one */
  readonly number: number
  /** the file that it is in */
  readonly at: 0 | 1
  readonly floorNs: bigint
  readonly records: readonly StoreRecord[]
  /** how many records a segment has at most, more or less */
  readonly maxRecords: number
  /** what each segment begins with, because it never expires */
  readonly lasting: () => readonly StoreRecord[]
}

/** Returns the paths of a store's two files. */
export function segmentPaths(path: string): readonly [string, string] {
  return [`${path}.0`, `${path}.1`]
}

/**
 * Two segments on disk. Records go to the active one; when all nonces of the other have expired, a new one begins in its
 * place, and the two change roles; it begins with what never expires. So a segment is active for about as long as a nonce is fresh. Both files are always
 * there, and the first line of each names the other, so that a missing one is noticed.
 */
export class Segments {
  readonly #paths: readonly [string, string]
  readonly #options: BeginOptions
  #active: SegmentFile
  #at: 0 | 1
  /** of the other segment, whose nonces are dropped at the next turn */
  #other = { endSecond: 0, newestNs: 0n }

  private constructor(path: string, options: BeginOptions, active: SegmentFile) {
    this.#at = otherOf(options.at)
    this.#paths = segmentPaths(path)
    this.#options = options
    this.#active = active
  }

  /**
   * Begins anew with the records of an earlier run. The latest file is replaced last, by one of its number, so that the two
   * are a pair that lacks nothing whenever this process is killed.
   *
   * @throws the error of the file system
   */
  static async begin(path: string, options: BeginOptions): Promise<Segments> {
    const { run, number, at, floorNs, records, lasting } = options
    const paths = segmentPaths(path)
    const head = { ...run, floorNs, number: number + 1, previous: number }
    const active = await SegmentFile.begin(paths[otherOf(at)], head, [...lasting(), ...records])
    try {
      await (await SegmentFile.begin(paths[at], { ...run, floorNs, number, previous: number - 1 })).close()
    } catch (error) {
      await active.close()
      throw error
    }
    return new Segments(path, options, active)
  }

  /**
   * Appends records, and turns before that if it is time.
   *
   * @param now.second nonces that are fresh until before it have expired
   * @param now.floorNs at or below it, nonces were dropped
   * @throws the error of the file system, or EFBIG when the segment has too many records
   */
  async append(
    records: readonly StoreRecord[],
    now: { readonly second: number; readonly floorNs: bigint },
  ): Promise<void> {
    if (this.#active.records > 0 && this.#other.endSecond < now.second) await this.#turn(now.floorNs)
    if (this.#active.records >= this.#options.maxRecords)
      throw Object.assign(new Error('the file of spent nonces is full'), { code: 'EFBIG' })
    await this.#active.append(records)
  }

  async close(): Promise<void> {
    await this.#active.close()
  }

  async #turn(floorNs: bigint): Promise<void> {
    const last = this.#active
    const at = otherOf(this.#at)
    const dropped = this.#other.newestNs
    const { number } = last.head
    const { run, lasting } = this.#options
    const head = { ...run, number: number + 1, previous: number, floorNs: dropped > floorNs ? dropped : floorNs }
    this.#active = await SegmentFile.begin(this.#paths[at], head, lasting())
    this.#at = at
    this.#other = { endSecond: last.endSecond, newestNs: last.newestNs }
    await last.close()
  }
}

function otherOf(at: 0 | 1): 0 | 1 {
  return at === 0 ? 1 : 0
}
