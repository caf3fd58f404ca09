import type { Origin } from '../config/origin.js'
import { nearest } from '../text/closest.js'

type Unknown = {
  /** that chooses one */
  readonly flag: '--use' | '--dialect'
  readonly name: string
  readonly origin: Origin
  /** those that can be chosen */
  readonly names: readonly string[]
}

/** What to do about a miner or a dialect that is not there: it may be misspelled, not installed yet, or no longer. */
export function wayOut({ flag, name, origin, names }: Unknown): string {
  const like = nearest(name, names)
  const choices = `there are: ${names.join(', ')}`
  if (like !== undefined) return `${flag} ${like}; ${choices}`
  const leave = origin.from === 'flag' ? `${flag} ${names[0]}` : 'name another'
  return `${leave}, or install the plugin that brings it: miner plugins:install PACKAGE; ${choices}`
}
