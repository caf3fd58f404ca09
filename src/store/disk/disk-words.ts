import { TimeoutError } from '../../async/timeout.js'
import type { StoreEvent } from '../store-events.js'

/** Returns what mends a store that cannot write. */
export function diskHint(cause: unknown, isLockLost: boolean): string {
  if (isLockLost) return 'stop this process or the other one, and start it again'
  if (cause instanceof TimeoutError) return 'see why the disk of the data folder is slow or hangs'
  const { code } = cause as NodeJS.ErrnoException
  return (code && hints[code]) ?? 'see whether this user may write the data folder, and whether its disk works'
}

const room = 'make room on the disk of the data folder'
const hints: Readonly<Record<string, string>> = {
  ENOSPC: room,
  EDQUOT: `${room}, or raise the quota of this user`,
  EROFS: 'mount the disk of the data folder so that it can be written; the log of the system tells why it is read-only',
  EIO: 'replace the disk of the data folder, which fails: see the log of the system',
  // Segments take turns by the clock; one that was set back makes a segment wait, and grow.
  EFBIG: 'set the clock of this machine by NTP, and start the miner again; or raise the limit of its files (ulimit -f)',
}

/** Returns what makes room for legacy nonces of further hotkeys. */
export function legacyFullHint(path: string): string {
  return `stop the miner, delete ${path}.0 and .1, and start it again; recorded requests with legacy nonces are then answered once more`
}

/** Returns the event of a clock that lies before nonces which were dropped. */
export function clockSetBackEvent(path: string, untilMs: number): StoreEvent {
  const until = new Date(untilMs).toISOString()
  return {
    level: 'warn',
    event: 'clockSetBack',
    untilMs,
    message: `the clock was set back behind nonces that were spent: until ${until} callers get 401`,
    hint: `set the clock of this machine by NTP; if it is right, stop the miner, delete ${path}.0 and .1, and start it again`,
  }
}
