import { type Finding, findingsBy } from '../check.js'

/** What a miner answered and refused in the last hour. */
export type HourOfRequests = {
  /** who tells it: `the state file of the miner that runs` */
  readonly by: string
  readonly dialect: string
  readonly answered: number
  readonly reasons: readonly RefusalCount[]
}

type RefusalCount = {
  readonly code: string
  readonly reason: string
  readonly count: number
  /** how many of these no hotkey signed */
  readonly strangers: number
}

/** Returns how many refusals with some codes a hotkey signed: the others tell nothing of the settings, because anyone can cause them. */
export function signedRefusals(reasons: readonly RefusalCount[], codes: readonly string[]): number {
  const those = reasons.filter(({ code }) => codes.includes(code))
  return those.reduce((sum, { count, strangers }) => sum + count - strangers, 0)
}

/** Refusals for want of places: validators ask more than the miner answers. */
const TOO_MUCH = ['QUEUE_FULL', 'DEADLINE_TOO_NEAR', 'OVERLOADED']
/** Of all requests; a burst now and then is no fault. */
const MANY = 0.1

/** Finds what the refusals of the last hour say of the settings: another dialect is asked for, or more than there is room for. */
export function checkRefusals({ by, dialect, answered, reasons }: HourOfRequests): readonly Finding[] {
  const { unknown, warning } = findingsBy(`the refusals of the last hour in ${by}`)
  // Scanners ask for files and folders; the names of synapses are those of classes.
  const asked = reasons.flatMap(({ code, reason, count }) => {
    const [, name] = (code === 'UNKNOWN_SYNAPSE' && /^Synapse name '([A-Z][A-Za-z]*)' not found/.exec(reason)) || []
    return name === undefined ? [] : [{ name, count }]
  })
  const others = asked.reduce((sum, { count }) => sum + count, 0)
  const refused = signedRefusals(reasons, TOO_MUCH)
  const limited = signedRefusals(reasons, ['RATE_EXCEEDED'])
  return [
    // The axon refuses them before it looks at the signature.
    ...(others > 0
      ? [
          unknown(
            `${others === 1 ? '1 request' : `${others} requests`} of the last hour asked for ${asked.map(({ name }) => name).join(', ')}, which the dialect ${dialect} does not have; no signature tells whether validators or scanners sent them`,
            'if the subnet has these synapses, choose its dialect with --dialect (miner dialects lists those there are), or describe it in a file (--dialect-file)',
          ),
        ]
      : []),
    ...(refused > MANY * (refused + answered)
      ? [
          warning(
            'PLACES_FEW',
            `${refused} signed requests of the last hour found no place, and ${answered} were answered`,
            'more --concurrency, if the model has room for it, a longer --queue, or another endpoint',
          ),
        ]
      : []),
    ...(limited > MANY * (limited + answered)
      ? [
          warning(
            'RATE_LOW',
            `${limited} signed requests of the last hour came faster than the rates of the policy allow, and ${answered} were answered`,
            'a higher --rate, or one of its own for the hotkey: miner policy explain HOTKEY',
          ),
        ]
      : []),
  ]
}
