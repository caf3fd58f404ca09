import { crc32 } from 'node:zlib'
import { KEY_WORDS } from '../key-set.js'
import { OWNER_BYTES, SEQUENCE_BYTES, type StoreRecord } from '../nonce-memory.js'

// Key, nonce (u64), last second (u32), owner, flags (u32), sequence, checksum (u32); little-endian. The words of a key are
// in the order of this machine, whose own file it is. A legacy record has the time when its dendrite was made (u64) in place
// of a key.
const KEY_BYTES = 4 * KEY_WORDS
const SIGNED_AT = KEY_BYTES
const END_SECOND = SIGNED_AT + 8
const OWNER_AT = END_SECOND + 4
const FLAGS_AT = OWNER_AT + OWNER_BYTES
const SEQUENCE_AT = FLAGS_AT + 4
const CHECKSUM_AT = SEQUENCE_AT + SEQUENCE_BYTES

/** Bytes of a record. */
export const RECORD_BYTES = CHECKSUM_AT + 4

const STRANGER = 1
const IN_SEQUENCE = 2
const LEGACY = 4

/** Writes a record into bytes that are zero. */
export function encodeRecord(record: StoreRecord, bytes: Buffer, at: number): void {
  const { sequence } = record
  if ('madeAtNs' in record) bytes.writeBigUInt64LE(record.madeAtNs, at)
  else bytes.set(new Uint8Array(record.key.buffer, record.key.byteOffset, KEY_BYTES), at)
  bytes.writeBigUInt64LE(record.signedAtNs, at + SIGNED_AT)
  bytes.writeUInt32LE(record.endSecond, at + END_SECOND)
  bytes.write(record.owner, at + OWNER_AT, 'latin1')
  bytes.writeUInt32LE(flagsOf(record), at + FLAGS_AT)
  if (sequence !== null) bytes.write(sequence, at + SEQUENCE_AT, 'latin1')
  bytes.writeUInt32LE(checksumOf(bytes, at), at + CHECKSUM_AT)
}

/** Reads a record; null: its checksum differs. */
export function decodeRecord(bytes: Buffer, at: number): StoreRecord | null {
  if (bytes.readUInt32LE(at + CHECKSUM_AT) !== checksumOf(bytes, at)) return null
  const flags = bytes.readUInt32LE(at + FLAGS_AT)
  const record = {
    signedAtNs: bytes.readBigUInt64LE(at + SIGNED_AT),
    endSecond: bytes.readUInt32LE(at + END_SECOND),
    owner: bytes.toString('latin1', at + OWNER_AT, at + FLAGS_AT),
    sequence: flags & IN_SEQUENCE ? bytes.toString('latin1', at + SEQUENCE_AT, at + CHECKSUM_AT) : null,
  }
  if (flags & LEGACY) return { ...record, madeAtNs: bytes.readBigUInt64LE(at) }
  const key = new Uint32Array(KEY_WORDS)
  new Uint8Array(key.buffer).set(bytes.subarray(at, at + KEY_BYTES))
  return { ...record, key, isStranger: (flags & STRANGER) !== 0 }
}

function flagsOf(record: StoreRecord): number {
  const inSequence = record.sequence === null ? 0 : IN_SEQUENCE
  if ('madeAtNs' in record) return LEGACY | inSequence
  return inSequence | (record.isStranger ? STRANGER : 0)
}

function checksumOf(bytes: Buffer, at: number): number {
  return crc32(bytes.subarray(at, at + CHECKSUM_AT))
}
