import { type Finding, findingsBy } from '../check.js'

/** What a miner answered and refused in the last hour. */
export type HourOfRequests = {
  /** who tells it: `the state file of the miner that runs` */
  readonly by: string
  readonly dialect: string
  readonly answered: number
  readonly reasons: readonly { readonly code: string; readonly reason: string; readonly count: number }[]
}

/** Refusals for want of places: validators ask more than the miner answers. */
const TOO_MUCH = ['QUEUE_FULL', 'DEADLINE_TOO_NEAR', 'OVERLOADED']
/** Of all requests; a burst now and then is no fault. */
const MANY = 0.1

/** Finds what the refusals of the last hour say of the settings: another dialect is asked for, or more than there is room for. */
export function checkRefusals({ by, dialect, answered, reasons }: HourOfRequests): readonly Finding[] {
  const { warning } = findingsBy(`the refusals of the last hour in ${by}`)
  // Scanners ask for files and folders; the names of synapses are those of classes.
  const asked = reasons.flatMap(({ code, reason, count }) => {
    const [, name] = (code === 'UNKNOWN_SYNAPSE' && /^Synapse name '([A-Z][A-Za-z]*)' not found/.exec(reason)) || []
    return name === undefined ? [] : [{ name, count }]
  })
  const unknown = asked.reduce((sum, { count }) => sum + count, 0)
  const counted = (codes: readonly string[]) =>
    reasons.filter(({ code }) => codes.includes(code)).reduce((sum, { count }) => sum + count, 0)
  const refused = counted(TOO_MUCH)
  const limited = counted(['RATE_EXCEEDED'])
  return [
    ...(unknown > 0
      ? [
          warning(
            'SYNAPSE_UNKNOWN',
            `${unknown} requests of the last hour asked for ${asked.map(({ name }) => name).join(', ')}, which the dialect ${dialect} does not have`,
            'miner dialects lists those there are: choose the one of the subnet with --dialect, or describe it in a file (--dialect-file)',
          ),
        ]
      : []),
    ...(refused > MANY * (refused + answered)
      ? [
          warning(
            'PLACES_FEW',
            `${refused} requests of the last hour found no place, and ${answered} were answered`,
            'more --concurrency, if the model has room for it, a longer --queue, or another endpoint',
          ),
        ]
      : []),
    ...(limited > MANY * (limited + answered)
      ? [
          warning(
            'RATE_LOW',
            `${limited} requests of the last hour came faster than the rates of the policy allow, and ${answered} were answered`,
            'a higher --rate, or one of its own for the hotkey: miner policy explain HOTKEY',
          ),
        ]
      : []),
  ]
}
