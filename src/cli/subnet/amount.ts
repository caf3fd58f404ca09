import { groupedText } from '../../text/span.js'

const RAO = 1_000_000_000n

/** Formats an amount exactly: RAO as a decimal number of TAO, or of alpha, `1000.000000001`. */
export function decimalAmount(rao: bigint): string {
  const [sign, value] = rao < 0n ? ['-', -rao] : ['', rao]
  const fraction = String(value % RAO)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${sign}${value / RAO}${fraction && `.${fraction}`}`
}

/** Formats an amount for people, rounded down: `1,234.56`. @param places of the fraction, at most 9 */
export function shownAmount(rao: bigint, places = 2): string {
  if (rao === 0n) return '0'
  return `${groupedText(rao / RAO)}.${String(rao % RAO)
    .padStart(9, '0')
    .slice(0, places)}`
}

/** Formats a share from 0 to 1 for people. */
export function shownShare(share: number | null, places = 5): string {
  if (share === null) return '–'
  return share === 0 ? '0' : share.toFixed(places)
}
