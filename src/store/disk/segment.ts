import { crc32 } from 'node:zlib'
import * as z from 'zod'
import { readPrivateFile } from '../../disk/private-file.js'
import type { StoreRecord } from '../nonce-memory.js'
import { decodeRecord, RECORD_BYTES } from './record.js'

const segmentHead = z.object({
  format: z.literal(2),
  /** counts the segments of a store */
  number: z.int().min(1),
  /** of the segment that was active before */
  previous: z.int().min(0),
  /** nonces at or below it were dropped; not the start of a process, so that a clock that was ahead then does no harm later */
  floorNs: z
    .string()
    .regex(/^\d{1,20}$/)
    .transform(BigInt),
  /** on the steady clock of this boot: until then, spent nonces may be missing */
  unknownUntilSteadyMs: z.number().min(0),
  /** of the digests in the records */
  salt: z.string().min(16),
  /** of the machine, when the segment began; null outside Linux */
  boot: z.string().nullable(),
})

/** The first line of a segment. */
export type SegmentHead = z.output<typeof segmentHead>

/** What a file holds of a segment. */
export type ReadSegment = {
  readonly head: SegmentHead
  readonly records: readonly StoreRecord[]
  /** how many records have another checksum */
  readonly damaged: number
}

/** Formats the first line: the checksum of the rest, and the rest as JSON. */
export function segmentHeadText(head: Omit<SegmentHead, 'format'>): string {
  const text = JSON.stringify({ format: 2, ...head, floorNs: String(head.floorNs) })
  return `${checksum(text)} ${text}\n`
}

/**
 * Reads a segment, or returns why it cannot be used; null: there is no such file. A record that is cut at the end was
 * being written when its process was killed, before the answer to its request began, and counts for nothing.
 */
export async function readSegment(
  path: string,
  maxBytes: number,
): Promise<ReadSegment | { readonly refused: string } | null> {
  const bytes = await readPrivateFile(path, maxBytes)
  if ('why' in bytes) return bytes.code === 'ENOENT' ? null : { refused: bytes.why }
  const headEnd = bytes.indexOf('\n')
  const head = headOf(bytes.toString('utf8', 0, Math.max(0, headEnd)))
  if (!head) return { refused: 'is damaged, or of another version of this program' }
  const records: StoreRecord[] = []
  let damaged = 0
  for (let at = headEnd + 1; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const record = decodeRecord(bytes, at)
    if (record) records.push(record)
    else damaged++
  }
  return { head, records, damaged }
}

function headOf(line: string): SegmentHead | null {
  const [, sum, text = ''] = /^([0-9a-f]{8}) (.*)$/.exec(line) ?? []
  if (sum !== checksum(text)) return null
  try {
    return segmentHead.parse(JSON.parse(text))
  } catch {
    return null // of another version
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
