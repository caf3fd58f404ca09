const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

/** Reads `true` `yes` `on` `1` and `false` `no` `off` `0`, in any case; undefined for anything else. */
export function parseTruth(text: string): boolean | undefined {
  return truths.get(text.trim().toLowerCase())
}
