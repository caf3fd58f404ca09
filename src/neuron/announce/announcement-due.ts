import type { AnnouncedAxon } from '../../chain/metagraph.js'

/** The address and software that the chain is to hold of this axon. */
export type OwnAxon = {
  /** in its canonical spelling */
  readonly ip: string
  readonly port: number
  readonly version: number
}

/** What the decision on an announcement depends on. Times are milliseconds of one clock that never jumps back. */
export type AnnouncementView = {
  readonly now: number
  readonly ours: OwnAxon
  /** as the last finalised block has it; with a canonical `ip` */
  readonly onChain: AnnouncedAxon | null
  /** the chain has held our address since this process began, or included it */
  readonly hasStood: boolean
  /** the block that included our last announcement, and when it did */
  readonly included: { readonly block: number; readonly at: number } | null
  /** when the chain turned out to have lost our address to another one */
  readonly lostAt: readonly number[]
  /** when we last announced it again */
  readonly againAt: number | null
  /** not before that, since the chain refused the last one, or none of its nodes answered */
  readonly retryAt: number
  /** blocks until the chain takes another announcement; 0 or less: it takes one */
  readonly blocksLeft: number
  readonly blockMs: number
}

export type AnnouncementDue =
  | { readonly action: 'none' }
  | { readonly action: 'announce' }
  | { readonly action: 'wait'; readonly reason: WaitReason; readonly ms: number }
  /** another machine announces itself under this hotkey: leave the chain to it */
  | { readonly action: 'yield'; readonly ms: number }

/**
 * Why an announcement waits: for the block that has it to be final; for the subnet's serving rate limit; for an hour between
 * two that are repeated; for the next attempt after a failed one.
 */
export type WaitReason = 'settling' | 'rateLimit' | 'hour' | 'retry'

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** A block is final some 30 s after it was made. */
const SETTLE_MS = 3 * 60_000
/** Two losses in a day are two machines that take turns. */
export const MAX_LOSSES = 2

/** Decides whether to announce the axon now. The first of these that holds: */
export function announcementDue(view: AnnouncementView): AnnouncementDue {
  const { now, included, lostAt, againAt, retryAt, blocksLeft, blockMs } = view
  if (isSame(view)) return { action: 'none' }
  if (included && isSettling(view)) return wait('settling', included.at + SETTLE_MS - now)
  const lostToday = lostAt.filter(at => now - at < DAY_MS)
  if (lostToday.length >= MAX_LOSSES && !isOurAddress(view))
    return { action: 'yield', ms: lostToday.at(-MAX_LOSSES)! + DAY_MS - now }
  if (view.hasStood && againAt !== null && now - againAt < HOUR_MS) return wait('hour', againAt + HOUR_MS - now)
  if (now < retryAt) return wait('retry', retryAt - now)
  if (blocksLeft > 0) return wait('rateLimit', blocksLeft * blockMs)
  return { action: 'announce' }
}

/**
 * Whether the chain says what we would announce. The version counts for the first announcement only, as it does for the
 * SDK (`serve_extrinsic` skips only equal versions): after an upgrade the chain learns of it. Later, an address that is ours
 * with another version is not lost, and not worth another announcement.
 */
export function isSame({ ours, onChain, hasStood }: Pick<AnnouncementView, 'ours' | 'onChain' | 'hasStood'>): boolean {
  return (
    onChain !== null &&
    isOurAddress({ ours, onChain }) &&
    onChain.protocol === PROTOCOL &&
    (hasStood || onChain.version === ours.version)
  )
}

function isOurAddress({ ours, onChain }: Pick<AnnouncementView, 'ours' | 'onChain'>): boolean {
  return onChain?.ip === ours.ip && onChain.port === ours.port
}

/** The finalised chain is older than our announcement, and has no later one of another machine. */
export function isSettling({
  now,
  onChain,
  included,
}: Pick<AnnouncementView, 'now' | 'onChain' | 'included'>): boolean {
  return included !== null && now - included.at < SETTLE_MS && (onChain?.block ?? 0) < included.block
}

/** Every axon announces 4; some read 87 as "speaks btauth only". */
const PROTOCOL = 4

function wait(reason: WaitReason, ms: number): AnnouncementDue {
  return { action: 'wait', reason, ms: Math.max(0, ms) }
}
