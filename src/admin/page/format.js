// How this page writes what it shows. Numbers are in English, so that a picture of the page reads the same everywhere.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What stands in place of a value that is not known. */
export const UNKNOWN = '–'

/** @param {number} value a count, of anything */
export function formatCount(value) {
  return value < 10_000 ? whole.format(value) : compact.format(value)
}

/** @param {number} value something per second */
export function formatRate(value) {
  if (value === 0) return '0'
  if (value < 10) return value.toFixed(value < 1 ? 2 : 1)
  return formatCount(value)
}

/** @param {number} share 0 to 1 */
export function formatShare(share) {
  const percent = share * 100
  // 99.96 % is not all.
  return `${percent > 99.9 && percent < 100 ? '99.9' : percent.toFixed(percent === 0 || percent === 100 ? 0 : 1)} %`
}

/** @param {number} ms */
export function formatDuration(ms) {
  if (ms < 1) return '<1 ms'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`
  if (ms < MINUTE) return `${(ms / 1000).toFixed(1)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / 1000)} s`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`
}

/** @param {number} ms a span whose milliseconds say nothing */
export function formatSpan(ms) {
  return ms < MINUTE ? `${Math.floor(ms / 1000)} s` : formatDuration(ms)
}

/** @param {number} ms how long ago */
export function formatAgo(ms) {
  if (ms < 1500) return 'now'
  if (ms < MINUTE) return `${Math.floor(ms / 1000)} s ago`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`
  return `${Math.floor(ms / DAY)} d ago`
}

/**
 * @param {number} at epoch milliseconds
 * @returns the time of day where the reader is: 14:03:12
 */
export function formatClock(at) {
  return new Date(at).toTimeString().slice(0, 8)
}

/**
 * @param {number} at epoch milliseconds
 * @returns the day and time where the reader is: 2026-11-29 14:03:12
 */
export function formatDate(at) {
  const date = new Date(at)
  const [month, day] = [date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0'))
  return `${date.getFullYear()}-${month}-${day} ${formatClock(at)}`
}

/**
 * Names the zone of all times of the page: that of the reader.
 *
 * @returns `UTC`, or `Europe/Berlin, UTC+1`
 */
export function zoneName() {
  const { timeZone } = new Intl.DateTimeFormat('en').resolvedOptions()
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts()
  const offset = (parts.find(({ type }) => type === 'timeZoneName')?.value ?? '').replace('GMT', 'UTC')
  return /^UTC([+-]0)?$/.test(offset) ? 'UTC' : `${timeZone}, ${offset}`
}

/** @param {number} usd US dollars */
export function formatUsd(usd) {
  if (usd === 0) return '$0'
  if (usd < 0.0001) return '<$0.0001'
  return `$${usd < 0.1 ? usd.toFixed(4) : usd < 1000 ? usd.toFixed(2) : formatCount(usd)}`
}

/** @param {number} tao */
export function formatStake(tao) {
  return `${tao < 10 ? tao.toFixed(2) : formatCount(tao)} τ`
}

/** @param {string} hotkey its beginning and its end, by which operators know a hotkey */
export function formatHotkey(hotkey) {
  return hotkey.length <= 14 ? hotkey : `${hotkey.slice(0, 6)}…${hotkey.slice(-5)}`
}

/**
 * @param {number | undefined} usd what is known; undefined: nothing
 * @param {number} unpriced answers whose cost is not known, or not whole
 */
export function formatCost(usd, unpriced) {
  const known = usd === undefined ? UNKNOWN : formatUsd(usd)
  if (unpriced === 0) return known
  return `${known}, and ${formatCount(unpriced)} ${unpriced === 1 ? 'answer' : 'answers'} of unknown cost`
}
