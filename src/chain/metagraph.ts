// What the chain holds of a subnet. Amounts are in RAO: 1 TAO is 10^9 RAO. Blocks are numbers; one is made every 12 s.

/** The address that a neuron announced, as the chain holds it. */
export type AnnouncedAxon = {
  /** at which it was announced */
  readonly block: number
  /** of the software, as a number: 10.4.1 is 10_004_001 */
  readonly version: number
  /** as text: `203.0.113.7`, `2001:db8::7` */
  readonly ip: string
  readonly port: number
  readonly protocol: number
}

/** One member of a subnet. Shares are from 0 to 1. Null: the runtime does not tell it. */
export type Neuron = {
  readonly uid: number
  /** ss58, network prefix 42 */
  readonly hotkey: string
  readonly coldkey: string
  /** may act as a validator */
  readonly hasPermit: boolean
  readonly isActive: boolean
  /** that the subnet counts: alpha, and TAO by its weight */
  readonly stakeRao: bigint
  readonly alphaRao: bigint | null
  readonly taoRao: bigint | null
  readonly rank: number | null
  readonly trust: number | null
  readonly validatorTrust: number | null
  readonly consensus: number | null
  readonly incentive: number
  readonly dividends: number
  /** of the last epoch */
  readonly emissionRao: bigint
  /** the block at which it last set weights */
  readonly lastUpdate: number
  /** the block at which its hotkey was registered */
  readonly registeredAt: number | null
  /** null: it announces no axon (address 0, port 0 or 1) */
  readonly axon: AnnouncedAxon | null
}

/** The parameters of a subnet that a miner acts on. */
export type Subnet = {
  readonly netuid: number
  /** blocks of an epoch; dynamic on current runtimes */
  readonly tempo: number
  /** the block of the last epoch; null: the runtime does not tell it */
  readonly lastStep: number | null
  /** blocks after its registration in which a neuron cannot be replaced */
  readonly immunityPeriod: number
  /** blocks between two announcements of one axon */
  readonly servingRateLimit: number
}

/** What a subnet pays in, and who weighs a neuron. */
export type Economy = {
  /** RAO for an alpha; null: the runtime has no alpha, and pays TAO */
  readonly alphaPriceRao: bigint | null
  /** of the validators that weigh the neuron, the part of their weights that it has, from 0 to 1 */
  readonly weights: readonly { readonly uid: number; readonly share: number }[]
}

/** A whole subnet, read at one finalised block. */
export type Metagraph = {
  /** the hash of the chain's first block, `0x…` */
  readonly genesis: string
  readonly specVersion: number
  readonly block: number
  /** the time that the block itself has, epoch milliseconds */
  readonly blockAt: number
  /** when it was read, epoch milliseconds of this machine */
  readonly readAt: number
  readonly subnet: Subnet
  /** in the order of their uid */
  readonly neurons: readonly Neuron[]
}
