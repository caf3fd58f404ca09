import type { Unit } from './setting-meta.js'

// In milliseconds and bytes, the largest unit first.
const scales = {
  duration: { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 },
  size: { GiB: 1_073_741_824, MiB: 1_048_576, KiB: 1_024, B: 1 },
} satisfies Record<Unit, Record<string, number>>

// The unit of a number without one.
const bare = { duration: 's', size: 'B' } as const

/** Examples for messages. */
export const unitExamples = { duration: '500ms, 12s, 5m or 1h', size: '64KiB, 1MiB or a number of bytes' } as const

/**
 * Reads `500ms` `12s` `5m` `1h` or a number of seconds; `64KiB` `1MiB` or a number of bytes.
 *
 * @returns whole milliseconds or bytes; undefined when the text is invalid, or is finer than that
 */
export function parseUnit(unit: Unit, text: string): number | undefined {
  const [, digits, name] = /^(\d+(?:\.\d+)?) ?([a-zA-Z]*)$/.exec(text) ?? []
  if (digits === undefined || name === undefined) return undefined
  const scale = new Map<string, number>(Object.entries(scales[unit])).get(name || bare[unit])
  if (scale === undefined) return undefined
  const amount = Number(digits) * scale
  // 1.1 * 1000 is not quite 1100.
  return Math.abs(amount - Math.round(amount)) < 1e-6 ? Math.round(amount) : undefined
}

/** Writes milliseconds or bytes in the largest exact unit, so that {@link parseUnit} reads the same amount again. */
export function printUnit(unit: Unit, amount: number): string {
  const exact = Object.entries(scales[unit]).find(([, scale]) => amount !== 0 && amount % scale === 0)
  return exact
    ? `${amount / exact[1]}${exact[0]}`
    : `${amount}${amount === 0 ? bare[unit] : Object.keys(scales[unit]).at(-1)}`
}
