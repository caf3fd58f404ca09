import { Binary, Blake2256, Storage } from '@polkadot-api/substrate-bindings'
import { type BlockState, perSubnet } from './block-state.ts'
import type { Runtime } from './runtime.ts'
import { noAxon, noPrometheus, type SourceNeuron, type SourceSubnet, TAO_WEIGHT } from './source-subnet.ts'

/** The storage of a block: hex keys and hex values, made when they are read. */
export type ChainStorage = {
  get(key: string): string | null
  /** in their order */
  keys(prefix: string): string[]
}

/** The key of a runtime's code. */
export const CODE = '0x3a636f6465'

/** Opens the storage of a block. Items that the runtime's metadata does not have are left out. */
export function storageOf(state: BlockState): ChainStorage {
  const storage = opened.get(state) ?? open(itemsOf(state))
  opened.set(state, storage)
  return storage
}

const opened = new WeakMap<BlockState, ChainStorage>()

function open(items: Items): ChainStorage {
  const matching = (text: string) =>
    [...items].filter(([prefix]) => prefix.startsWith(text) || text.startsWith(prefix)).map(([, entries]) => entries())
  return {
    get: key => matching(key)[0]?.get(key) ?? null,
    keys: prefix => matching(prefix).flatMap(entries => [...entries.keys()].filter(key => key.startsWith(prefix))),
  }
}

/** Returns the hash of what storage holds. */
export function hashOf(value: string | null): string | null {
  return value === null ? null : Binary.toHex(Blake2256(Binary.fromHex(value)))
}

/** Of one item: the keys of a map, and the value. */
type Entry = readonly [keys: readonly unknown[], value: unknown]
type Entries = ReadonlyMap<string, string>

/** By the prefix that all keys of an item have. */
type Items = ReadonlyMap<string, () => Entries>

function itemsOf(state: BlockState): Items {
  const { runtime, subnets } = state
  const ofBlock = Object.entries(blockItems).map(([path, entries]) => {
    const [pallet, item] = path.split('.') as [string, string]
    return [pallet, item, () => encoded(runtime, pallet, item, entries(state))] as const
  })
  const ofSubnets = Object.keys(subnetItems).map(item => {
    const entries = () => subnets.map(subnet => encodedItem(runtime, subnet)(item))
    return ['SubtensorModule', item, () => merged(entries())] as const
  })
  const present = [...ofBlock, ...ofSubnets].filter(([pallet, item]) => runtime.hasStorage(pallet, item))
  const code = new TextEncoder().encode(`the code of runtime ${runtime.version.spec_version}`)
  return new Map([
    ...present.map(([pallet, item, entries]) => [prefixOf(pallet, item), once(entries)] as const),
    plain(prefixOf('System', 'Events'), state.events),
    plain(CODE, code),
  ])
}

function plain(key: string, value: Uint8Array): readonly [string, () => Entries] {
  return [key, () => new Map([[key, Binary.toHex(value)]])]
}

function merged(all: readonly Entries[]): Entries {
  if (all.length === 1) return all[0]!
  const pairs = all.flatMap(entries => [...entries])
  return new Map(pairs.sort(byKey))
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Encodes an item of a subnet once. */
const encodedItem = perSubnet((runtime, subnet) => {
  const known = new Map<string, Entries>()
  return (item: string): Entries => {
    const entries = known.get(item) ?? encoded(runtime, 'SubtensorModule', item, subnetItems[item]!(subnet))
    known.set(item, entries)
    return entries
  }
})

function encoded(runtime: Runtime, pallet: string, item: string, entries: readonly Entry[]): Entries {
  const { keys, value } = runtime.codecs.buildStorage(pallet, item)
  const pairs = entries.map(([args, content]) => [keys.enc(...args), Binary.toHex(value.enc(content))] as const)
  return new Map(pairs.sort(byKey))
}

function byKey([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1
}

function prefixOf(pallet: string, item: string): string {
  return Storage(pallet)(item).enc()
}

/** What changes with every block. */
const blockItems: Record<string, (state: BlockState) => Entry[]> = {
  'System.Number': ({ number }) => [[[], number]],
  'System.Account': ({ nonces, runtime }) =>
    [...nonces].map(([address, nonce]) => [[address], account(runtime, nonce)]),
  'Timestamp.Now': ({ time }) => [[[], BigInt(time)]],
  'SubtensorModule.TotalNetworks': ({ subnets }) => [[[], subnets.length]],
  'SubtensorModule.TaoWeight': () => [[[], TAO_WEIGHT]],
  'SubtensorModule.BlocksSinceLastStep': ({ number, subnets }) =>
    subnets.map(({ netuid, lastStep }) => [[netuid], BigInt(number - lastStep)]),
}

/** What changes with a subnet only. */
const subnetItems: Record<string, (subnet: SourceSubnet) => Entry[]> = {
  NetworksAdded: ofSubnet(() => true),
  SubnetworkN: ofSubnet(({ neurons }) => neurons.length),
  Tempo: ofSubnet(({ tempo }) => tempo),
  ImmunityPeriod: ofSubnet(({ immunityPeriod }) => immunityPeriod),
  ServingRateLimit: ofSubnet(({ servingRateLimit }) => BigInt(servingRateLimit)),
  LastMechansimStepBlock: ofSubnet(({ lastStep }) => BigInt(lastStep)), // subtensor's spelling
  Active: column(({ isActive }) => isActive),
  ValidatorPermit: column(({ hasPermit }) => hasPermit),
  Rank: column(({ rank }) => rank),
  Trust: column(({ trust }) => trust),
  ValidatorTrust: column(({ validatorTrust }) => validatorTrust),
  Consensus: column(({ consensus }) => consensus),
  Incentive: column(({ incentive }) => incentive),
  Dividends: column(({ dividends }) => dividends),
  PruningScores: column(({ pruningScore }) => pruningScore),
  Emission: column(({ emission }) => emission),
  LastUpdate: column(({ lastUpdate }) => BigInt(lastUpdate)),
  Keys: ofNeurons(({ hotkey }, netuid, uid) => [[netuid, uid], hotkey]),
  Uids: ofNeurons(({ hotkey }, netuid, uid) => [[netuid, hotkey], uid]),
  BlockAtRegistration: ofNeurons(({ registeredAt }, netuid, uid) => [[netuid, uid], BigInt(registeredAt)]),
  IsNetworkMember: ofNeurons(({ hotkey }, netuid) => [[hotkey, netuid], true]),
  Owner: ofNeurons(({ hotkey, coldkey }) => [[hotkey], coldkey]),
  Axons: ({ netuid, neurons }) =>
    neurons.filter(({ axon }) => !isSame(axon, noAxon)).map(({ hotkey, axon }) => [[netuid, hotkey], axon]),
  Prometheus: ({ netuid, neurons }) =>
    neurons
      .filter(({ prometheus }) => !isSame(prometheus, noPrometheus))
      .map(({ hotkey, prometheus }) => [[netuid, hotkey], prometheus]),
  SubnetMechanism: ofSubnet(({ pool }) => (pool ? 1 : 0)),
  SubnetTAO: ofSubnet(({ pool }) => pool?.tao ?? 0n),
  SubnetAlphaIn: ofSubnet(({ pool }) => pool?.alpha ?? 0n),
  Weights: ({ netuid, weights = new Map() }) => [...weights].map(([uid, of]): Entry => [[netuid, uid], of]),
  // Until spec 103 all stake is TAO, with the hotkey as a whole; later it is alpha, by subnet.
  Stake: ({ neurons }) =>
    neurons.flatMap(({ hotkey, stakes }) => stakes.map(([staker, rao]): Entry => [[hotkey, staker], rao])),
  TotalHotkeyStake: ofNeurons(({ hotkey, stakes }) => [[hotkey], stakes.reduce((sum, [, rao]) => sum + rao, 0n)]),
  TotalHotkeyAlpha: ({ netuid, neurons }) =>
    neurons.flatMap(({ hotkey, alphaStake, taoStake }): Entry[] => [
      [[hotkey, netuid], alphaStake],
      [[hotkey, 0], taoStake], // the root network's alpha is TAO
    ]),
}

function ofSubnet(value: (subnet: SourceSubnet) => unknown): (subnet: SourceSubnet) => Entry[] {
  return subnet => [[[subnet.netuid], value(subnet)]]
}

function column(value: (neuron: SourceNeuron) => unknown): (subnet: SourceSubnet) => Entry[] {
  return ofSubnet(({ neurons }) => neurons.map(value))
}

function ofNeurons(
  entryOf: (neuron: SourceNeuron, netuid: number, uid: number) => Entry,
): (subnet: SourceSubnet) => Entry[] {
  return ({ netuid, neurons }) => neurons.map((neuron, uid) => entryOf(neuron, netuid, uid))
}

function isSame(one: object, other: object): boolean {
  return Object.entries(one).every(([name, value]) => other[name as keyof typeof other] === value)
}

/** `AccountInfo` of an account without a balance. */
function account(runtime: Runtime, nonce: number) {
  const empty = runtime.codecs.buildStorage('System', 'Account').fallback
  return { ...empty, nonce, providers: 1 }
}
