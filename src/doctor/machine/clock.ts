import { spanText } from '../../text/span.js'
import { type Finding, findingsBy } from '../check.js'

/** The clock of a server, as it was read from here. */
export type ClockReading = {
  /** for messages: its host */
  readonly from: string
  /** its time minus ours, milliseconds; above 0 ours is slow */
  readonly offMs: number
  /** by how much that may be wrong */
  readonly byMs: number
}

/** An axon refuses what was signed so far in its future. */
const AHEAD_MS = 4_000
/** It refuses what is older than 4 s and the time-out of the caller, which is 12 s where a caller names none. */
const BEHIND_MS = 16_000
/** Clocks that are set by NTP differ by less. */
const DRIFT_MS = 1_000

/**
 * Compares the clock of this machine with those of servers. The median counts: a single server may be wrong itself.
 *
 * @param unread the servers that told no time
 */
export function checkClock(readings: readonly ClockReading[], unread: readonly string[]): Finding {
  const asked = readings.map(({ from }) => from).join(', ')
  const { ok, unknown, warning, fault } = findingsBy(
    readings.length + unread.length > 0
      ? `header Date of ${asked || unread.join(', ')}`
      : 'looked for servers in the settings',
  )
  if (readings.length === 0)
    return unknown(
      unread.length > 0
        ? `the time could not be read from ${unread.join(', ')}`
        : 'no server is configured that tells the time',
      'compare it by hand: date -u, and https://time.is',
    )
  const sorted = readings.toSorted((one, other) => one.offMs - other.offMs)
  const { offMs, byMs } = sorted[Math.floor((sorted.length - 1) / 2)]!
  const surely = Math.max(0, Math.abs(offMs) - byMs)
  const off = `the clock of this machine is ${secondsText(surely)} ${offMs > 0 ? 'slow' : 'fast'}, or more`
  if (offMs > 0 && surely > AHEAD_MS)
    return fault(
      'CLOCK_OFF',
      `${off}: the axon takes what validators sign for a request of the future, and refuses it`,
      SET_BY_NTP,
    )
  if (offMs < 0 && surely > BEHIND_MS)
    return fault('CLOCK_OFF', `${off}: the axon takes what validators sign for too old, and refuses it`, SET_BY_NTP)
  if (surely > DRIFT_MS)
    return warning(
      'CLOCK_DRIFTS',
      `${off}; the axon refuses validators when it is ${AHEAD_MS / 1000} s slow`,
      SET_BY_NTP,
    )
  return ok(
    `within ${secondsText(Math.abs(offMs) + byMs)} of ${readings.length === 1 ? asked : `${readings.length} servers`}`,
  )
}

const SET_BY_NTP = 'sudo timedatectl set-ntp true; in a container or a virtual machine, on its host'

function secondsText(ms: number): string {
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : spanText(ms)
}
