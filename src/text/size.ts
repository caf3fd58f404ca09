const MiB = 1024 ** 2
const GiB = 1024 ** 3

/**
 * Formats an amount of memory or of a disk for people: in GiB with two significant digits, below one in whole MiB. What is there
 * is rounded down, and what is needed up, so that a page never shows the same for both where one is too little.
 */
export function sizeText(bytes: number, round: 'down' | 'up'): string {
  const to = round === 'up' ? Math.ceil : Math.floor
  const mebibytes = to(bytes / MiB)
  if (mebibytes < 1024) return `${mebibytes} MiB`
  const gibibytes = bytes / GiB
  const step = 10 ** Math.max(-1, Math.floor(Math.log10(gibibytes)) - 1)
  return `${Number((to(gibibytes / step) * step).toPrecision(12))} GiB`
}
