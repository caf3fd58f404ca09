import type { Neuron } from '../metagraph.js'
import type { Columns } from './columns.js'

/** The lists of a subnet that an epoch writes, one value for each neuron, by the names that the storage has. */
export const epochNames: readonly string[] = [
  'ValidatorPermit',
  'Active',
  'Rank',
  'Trust',
  'ValidatorTrust',
  'Consensus',
  'Incentive',
  'Dividends',
  'Emission',
  'LastUpdate',
]

type EpochValues = Pick<
  Neuron,
  | 'hasPermit'
  | 'isActive'
  | 'rank'
  | 'trust'
  | 'validatorTrust'
  | 'consensus'
  | 'incentive'
  | 'dividends'
  | 'emissionRao'
  | 'lastUpdate'
>

/**
 * Reads the lists of {@link epochNames}.
 *
 * @returns the values of a neuron
 * @throws {UnexpectedShape}
 */
export function epochValues(columns: Columns): (uid: number) => EpochValues {
  const hasPermit = columns.flags('ValidatorPermit')
  const isActive = columns.flags('Active')
  const rank = columns.sharesOrNull('Rank')
  const trust = columns.sharesOrNull('Trust')
  const validatorTrust = columns.sharesOrNull('ValidatorTrust')
  const consensus = columns.sharesOrNull('Consensus')
  const incentive = columns.shares('Incentive')
  const dividends = columns.shares('Dividends')
  const emission = columns.amounts('Emission')
  const lastUpdate = columns.integers('LastUpdate', 'u32', 'u64')
  return uid => ({
    hasPermit: hasPermit(uid),
    isActive: isActive(uid),
    rank: rank(uid),
    trust: trust(uid),
    validatorTrust: validatorTrust(uid),
    consensus: consensus(uid),
    incentive: incentive(uid),
    dividends: dividends(uid),
    emissionRao: emission(uid),
    lastUpdate: lastUpdate(uid),
  })
}
