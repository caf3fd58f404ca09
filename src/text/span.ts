const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** Formats a span of time for people, in its largest unit of which there are two: `95 s`, `12 min`, `30 h`, `5 d`. */
export function spanText(ms: number): string {
  const span = Math.max(0, ms)
  const [unit, length] = units.find(([, length]) => span >= 2 * length) ?? ['s', 1_000]
  return `${Math.floor(span / length)} ${unit}`
}

/** Formats when something was: `5 min ago`; a time that is still to come counts as now. */
export function agoText(at: number, now: number): string {
  return `${spanText(now - at)} ago`
}

/** Formats a whole number with its thousands: `9,286,202`. */
export function groupedText(whole: number | bigint): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}
