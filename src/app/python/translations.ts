import { networks } from '../../chain/networks.js'
import type { Translation } from '../../config/schema/spelling.js'
import { quote } from '../../text/escape.js'

// The original's rate: `len_request_timestamps` requests in `min_request_period` minutes (opentensor/text-prompting
// prompting/baseminer/blacklist.py default_blacklist, config.py).
const PERIOD = 'miner.blacklist.min_request_period'
const COUNT = 'miner.priority.len_request_timestamps'
const DEFAULT_MINUTES = '5'
const DEFAULT_COUNT = '50'

/** The period of a rate in minutes; 0: no rate. */
const fromMinutes: Translation = (text, { given, report }) => {
  if (!isWhole(text, report)) return undefined
  return Number(text) === 0 ? 'none' : `${given(COUNT) ?? DEFAULT_COUNT}/${Number(text)}min`
}

/** The requests of a rate; with a period, the period tells the whole rate. */
const fromCount: Translation = (text, { given, report }) => {
  if (!isWhole(text, report) || given(PERIOD) !== undefined) return undefined
  return `${Number(text)}/${DEFAULT_MINUTES}min`
}

function isWhole(text: string, report: (message: string) => void): boolean {
  const isValid = /^\d{1,7}$/.test(text.trim()) // as Python's int(), without a sign
  if (!isValid) report(`must be a whole number here, not ${quote(text)}`)
  return isValid
}

/** The old names of a rate. */
export const rateSpellings = [
  { flag: PERIOD, key: PERIOD, value: fromMinutes },
  { flag: COUNT, key: COUNT, value: fromCount },
]

/** Translates the names of networks, which the SDK took for endpoints, too, to the endpoint of each. */
export const namedEndpoints: Translation = text => {
  const given = text.split(',').map(one => one.trim())
  return given.map(one => firstEndpoints.get(one) ?? one).join(',')
}

/**
 * Returns the network that an endpoint belongs to: by its name where it is one of a public chain, else the endpoint.
 * Undefined for what is neither a name nor a URL.
 */
export function networkAt(endpoints: string): string | undefined {
  const [first = ''] = endpoints.split(',')
  const given = first.trim()
  const named = [...firstEndpoints].find(([name, url]) => name === given || isSamePlace(url, given))
  return named?.[0] ?? (URL.canParse(given) ? given : undefined)
}

const firstEndpoints: ReadonlyMap<string, string> = new Map(
  Object.entries(networks).map(([name, { endpoints }]) => [name, endpoints[0]]),
)

/** Returns whether two URLs differ at most in how they are written: in capitals, the default port, a slash at the end. */
function isSamePlace(one: string, other: string): boolean {
  return URL.parse(one)?.href === URL.parse(other)?.href
}

/**
 * Translates how many blocks the original waited between two reads of the metagraph to `neuron.refreshBlocks`. A number out of
 * its range becomes the nearer bound, since reading the metagraph more often than asked for does no harm.
 */
export const refreshBlocks: Translation = (text, { report }) => {
  return isWhole(text, report) ? String(Math.min(200, Math.max(10, Number(text)))) : undefined
}
