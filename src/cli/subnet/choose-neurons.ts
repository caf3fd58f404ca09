import type { Metagraph, Neuron } from '../../chain/metagraph.js'

/** What neurons can be sorted by: the highest first, but for `uid`. */
export const sortKeys = ['uid', 'stake', 'alpha', 'tao', 'trust', 'incentive', 'emission', 'updated'] as const
export type SortKey = (typeof sortKeys)[number]

type Choice = {
  readonly sort: SortKey
  /** undefined: all */
  readonly limit: number | undefined
  /** only neurons with a validator permit */
  readonly validators: boolean
}

/** Returns the neurons to show, in their order; equal ones in that of their uid. */
export function chooseNeurons({ neurons }: Metagraph, { sort, limit, validators }: Choice): readonly Neuron[] {
  const shown = validators ? neurons.filter(({ hasPermit }) => hasPermit) : neurons
  const value = values[sort]
  const sorted = value ? shown.toSorted((one, other) => compare(value(other), value(one))) : shown
  return sorted.slice(0, limit)
}

const values: Readonly<Record<SortKey, ((neuron: Neuron) => bigint | number) | null>> = {
  uid: null, // their order on the chain
  stake: ({ stakeRao }) => stakeRao,
  alpha: ({ alphaRao }) => alphaRao ?? -1n,
  tao: ({ taoRao }) => taoRao ?? -1n,
  trust: ({ trust }) => trust ?? -1,
  incentive: ({ incentive }) => incentive,
  emission: ({ emissionRao }) => emissionRao,
  updated: ({ lastUpdate }) => lastUpdate,
}

function compare(one: bigint | number, other: bigint | number): number {
  return one < other ? -1 : one > other ? 1 : 0
}
