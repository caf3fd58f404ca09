import type { StoreRecord } from '../nonce-memory.js'
import type { ReadSegment, readSegment, SegmentHead } from './segment.js'

/** What the files of a store tell. */
export type Remembered = {
  /** the latest one; null when none can be read */
  readonly head: SegmentHead | null
  /** which file it is in; 0 without one */
  readonly at: 0 | 1
  /** of all segments, the oldest first */
  readonly records: readonly StoreRecord[]
  readonly floorNs: bigint
  /** why nonces may be missing; null: none is */
  readonly why: string | null
}

/** Tells what is known from two files of segments, and whether anything may be missing. */
export function judgeSegments(
  files: readonly Awaited<ReturnType<typeof readSegment>>[],
  boot: string | undefined,
): Remembered {
  const [latest, other] = files
    .filter((file): file is ReadSegment => file !== null && 'head' in file)
    .toSorted((one, two) => two.head.number - one.head.number)
  if (!latest) {
    const refused = files.find((file): file is { readonly refused: string } => file !== null && 'refused' in file)
    const why = refused ? `their file ${refused.refused}` : 'there is no file of an earlier run'
    return { head: null, at: 0, records: [], floorNs: 0n, why }
  }
  const isPair = other?.head.number === latest.head.previous && other.head.salt === latest.head.salt
  // Digests with another salt match nothing.
  const used = other?.head.salt === latest.head.salt ? [other, latest] : [latest]
  return {
    head: latest.head,
    at: files[0] === latest ? 0 : 1,
    records: used.flatMap(({ records }) => records),
    floorNs: used.reduce((floor, { head }) => (head.floorNs > floor ? head.floorNs : floor), 0n),
    why: isPair ? whyUnknown(used, boot) : 'one of their two files is missing or damaged',
  }
}

function whyUnknown(segments: readonly ReadSegment[], boot: string | undefined): string | null {
  const damaged = segments.reduce((sum, segment) => sum + segment.damaged, 0)
  if (damaged > 0) return `${damaged} records in their files are damaged`
  if (boot === undefined) return 'this system does not tell whether it was started again'
  if (segments.at(-1)!.head.boot !== boot) return 'the machine was started again, and may have lost the last ones'
  return null
}
