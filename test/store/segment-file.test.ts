import assert from 'node:assert/strict'
import fs, { mkdtempSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RECORD_BYTES } from '#dist/store/disk/record.js'
import { readSegment } from '#dist/store/disk/segment.js'
import { SegmentFile } from '#dist/store/disk/segment-file.js'
import type { LegacyRecord } from '#dist/store/legacy-nonces.js'

describe('a segment of nonces', () => {
  it('begins with all that is known, written in slices, so that the event loop turns', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-segment-'))
    const records = Array.from({ length: 5_000 }, (_, at): LegacyRecord => {
      const one = { madeAtNs: BigInt(at), signedAtNs: BigInt(at), endSecond: 0 }
      return { ...one, owner: 'o'.repeat(8), sequence: String(at).padStart(16, '0') }
    })
    const head = { number: 1, previous: 0, floorNs: 0n, unknownUntilSteadyMs: 0, salt: 's'.repeat(16), boot: null }
    const path = join(folder, 'nonces.0')
    const sizes = await sizesOfWrites(async () => (await SegmentFile.begin(path, head, records)).close())
    assert.equal(sizes.length, 1 + 3, 'the head and three slices')
    assert.ok(Math.max(...sizes) <= 2_048 * RECORD_BYTES, sizes.join())
    assert.partialDeepStrictEqual(await readSegment(path, 1_000_000), { records, damaged: 0 })
    rmSync(folder, { recursive: true })
  })
})

/** Returns how many bytes each write(2) was asked to write meanwhile. */
async function sizesOfWrites(act: () => Promise<void>): Promise<number[]> {
  const { write } = fs
  const sizes: number[] = []
  const watch = (...args: [fd: number, bytes: Buffer, from: number, length: number, ...unknown[]]) => {
    sizes.push(args[3])
    Reflect.apply(write, fs, args)
  }
  fs.write = watch as unknown as typeof write
  syncBuiltinESMExports()
  try {
    await act()
    return sizes
  } finally {
    fs.write = write
    syncBuiltinESMExports()
  }
}
