import { write } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../disk/private-file.js'
import type { StoreRecord } from '../nonce-memory.js'
import { encodeRecord, RECORD_BYTES } from './record.js'
import { type SegmentHead, segmentHeadText } from './segment.js'

/** How many records are encoded at once: that takes a few milliseconds. */
const SLICE = 2_048

/** A segment that records are appended to. */
export class SegmentFile {
  readonly head: Omit<SegmentHead, 'format'>
  /** the last second in which one of its nonces is fresh */
  endSecond = 0
  newestNs = 0n
  records = 0
  readonly #handle: FileHandle
  #length: number

  private constructor(handle: FileHandle, head: Omit<SegmentHead, 'format'>, length: number) {
    this.#handle = handle
    this.head = head
    this.#length = length
  }

  /**
   * Begins a segment in the place of a file. A reader finds the old file or the new one, whenever this process is killed. The
   * records that it begins with are on the disk before the old file is gone, so that a power cut loses none that was there.
   *
   * @throws the error of the file system; the old file then remains
   */
  static async begin(
    path: string,
    head: Omit<SegmentHead, 'format'>,
    records: readonly StoreRecord[] = [],
  ): Promise<SegmentFile> {
    const beside = `${path}.new`
    await rm(beside, { force: true })
    const handle = await open(beside, 'wx', 0o600)
    try {
      const segment = new SegmentFile(handle, head, 0)
      await segment.#write(Buffer.from(segmentHeadText(head)))
      // In slices, between which the event loop turns.
      for (let at = 0; at < records.length; at += SLICE) await segment.append(records.slice(at, at + SLICE))
      if (records.length > 0) await handle.datasync()
      await rename(beside, path)
      // Before the next rename, which may replace the file that these records are from.
      if (records.length > 0) await syncFolder(dirname(path))
      return segment
    } catch (error) {
      await handle.close()
      await rm(beside, { force: true }).catch(() => {}) // the first error is the one to report
      throw error
    }
  }

  /**
   * Appends records with one write.
   *
   * @throws the error of the file system; the next call then writes over what came of this one
   */
  async append(records: readonly StoreRecord[]): Promise<void> {
    const bytes = Buffer.alloc(records.length * RECORD_BYTES)
    for (const [at, record] of records.entries()) encodeRecord(record, bytes, at * RECORD_BYTES)
    await this.#write(bytes)
    this.records += records.length
    for (const { endSecond, signedAtNs } of records) {
      if (endSecond > this.endSecond) this.endSecond = endSecond
      if (signedAtNs > this.newestNs) this.newestNs = signedAtNs
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  /** At the end of what is whole, so that a record that was cut half-way leaves no gap. */
  async #write(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length; ) done += await writeAt(this.#handle.fd, bytes, done, this.#length + done)
    this.#length += bytes.length
  }
}

/** One write(2), which may be short. `FileHandle.write` costs three times as much. */
function writeAt(fd: number, bytes: Buffer, from: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, from, bytes.length - from, position, (error, written) =>
      error ? reject(error) : resolve(written),
    )
  })
}
