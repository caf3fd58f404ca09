/** An axon as the chain holds it. All zero: none was announced. */
export type SourceAxon = {
  readonly block: bigint
  readonly version: number
  /** big-endian, as a number */
  readonly ip: bigint
  readonly port: number
  readonly ip_type: number
  readonly protocol: number
  readonly placeholder1: number
  readonly placeholder2: number
}

/** A prometheus endpoint as the chain holds it. All zero: none was announced. */
export type SourcePrometheus = Pick<SourceAxon, 'block' | 'version' | 'ip' | 'port' | 'ip_type'>

/** What the chain holds of one neuron, in the chain's own units: shares are 0 to 65535, amounts are RAO. */
export type SourceNeuron = {
  readonly hotkey: string
  readonly coldkey: string
  readonly isActive: boolean
  readonly hasPermit: boolean
  readonly axon: SourceAxon
  readonly prometheus: SourcePrometheus
  /** who staked how much, as `get_neurons_lite` tells it */
  readonly stakes: readonly (readonly [coldkey: string, rao: bigint])[]
  readonly alphaStake: bigint
  readonly taoStake: bigint
  /** alpha, and TAO by its weight, as `get_subnet_state` tells it */
  readonly totalStake: bigint
  readonly rank: number
  readonly trust: number
  readonly validatorTrust: number
  readonly consensus: number
  readonly incentive: number
  readonly dividends: number
  readonly pruningScore: number
  readonly emission: bigint
  readonly lastUpdate: number
  readonly registeredAt: number
}

/** What the chain holds of one subnet: the truth that every runtime encodes in its own way. */
export type SourceSubnet = {
  readonly netuid: number
  readonly tempo: number
  /** the block of the last epoch */
  readonly lastStep: number
  readonly immunityPeriod: number
  readonly servingRateLimit: number
  /** a neuron's uid is its place */
  readonly neurons: readonly SourceNeuron[]
  /** what the pool holds; absent: a subnet of mechanism 0, which has none */
  readonly pool?: { readonly tao: bigint; readonly alpha: bigint }
  /** that a neuron sets, by its uid */
  readonly weights?: ReadonlyMap<number, readonly (readonly [uid: number, weight: number])[]>
  /** the fields of a selective mechagraph that this type has no name for, as its codec takes them */
  readonly more: Readonly<Record<string, unknown>>
}

/** No axon. */
export const noAxon: SourceAxon = {
  block: 0n,
  version: 0,
  ip: 0n,
  port: 0,
  ip_type: 0,
  protocol: 0,
  placeholder1: 0,
  placeholder2: 0,
}

/** No prometheus endpoint. */
export const noPrometheus: SourcePrometheus = { block: 0n, version: 0, ip: 0n, port: 0, ip_type: 0 }

/** The share of a TAO on the root network that counts as stake of a subnet, as the chain holds it: 0.18 of 2^64. */
export const TAO_WEIGHT = 3_320_413_933_267_719_290n

/** Returns the stake that a subnet counts. */
export function totalStake(alpha: bigint, tao: bigint): bigint {
  return alpha + ((tao * TAO_WEIGHT) >> 64n)
}
