import type { Neuron } from '../metagraph.js'
import type { ChainValue } from './chain-value.js'
import { type IntegerType, UnexpectedShape } from './type-shape.js'

/** The largest share: u16, fixed point. */
const FULL_SHARE = 0xffff

/** Returns a share of the chain as a number from 0 to 1. */
export function share(value: number): number {
  return value / FULL_SHARE
}

/**
 * Lists of a subnet, one value for each of its neurons. Those that an epoch writes are empty before the first one, and on
 * runtimes that no longer compute them. The chain itself reads 0 and false there.
 */
export class Columns {
  readonly #answer: (name: string) => ChainValue | null
  readonly #count: number

  constructor(answer: (name: string) => ChainValue | null, count: number) {
    this.#answer = answer
    this.#count = count
  }

  flags(name: string): (uid: number) => boolean {
    const list = this.#checked(name, this.#required(name).flags())
    return uid => list[uid] ?? false
  }

  integers(name: string, ...types: readonly IntegerType[]): (uid: number) => number {
    const list = this.#checked(name, this.#required(name).integers(...types))
    return uid => list[uid] ?? 0
  }

  amounts(name: string): (uid: number) => bigint {
    const list = this.#checked(name, this.#required(name).amounts())
    return uid => list[uid] ?? 0n
  }

  shares(name: string): (uid: number) => number {
    const integers = this.integers(name, 'u16')
    return uid => share(integers(uid))
  }

  /** @returns null for each neuron when the runtime has no such list */
  sharesOrNull(name: string): (uid: number) => number | null {
    const list = this.#checked(name, this.#answer(name)?.integers('u16') ?? [])
    return list.length === 0 ? () => null : uid => share(list[uid]!)
  }

  /** A list that the runtime makes for each answer, with a value for every neuron. */
  whole<T>(name: string, read: (answer: ChainValue) => T[]): T[] {
    const list = read(this.#required(name))
    if (list.length !== this.#count) throw this.#uneven(name, list)
    return list
  }

  #required(name: string): ChainValue {
    const answer = this.#answer(name)
    if (!answer) throw new UnexpectedShape(`the runtime has no ${name}`)
    return answer
  }

  #checked<T>(name: string, list: T[]): T[] {
    if (list.length !== 0 && list.length !== this.#count) throw this.#uneven(name, list)
    return list
  }

  #uneven(name: string, list: readonly unknown[]): UnexpectedShape {
    return new UnexpectedShape(`${name} has ${list.length} values for ${this.#count} neurons`)
  }
}

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
