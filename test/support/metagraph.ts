import type { Metagraph, Neuron } from '#dist/chain/metagraph.js'
import { encodeAddress } from '#dist/keys/ss58.js'

/** A neuron of which each field follows from its uid, so that no two are equal. */
export function neuronOf(uid: number, fields: Partial<Neuron> = {}): Neuron {
  return {
    uid,
    hotkey: hotkeyOf(uid),
    coldkey: hotkeyOf(uid + 100_000),
    hasPermit: uid % 3 === 0,
    isActive: true,
    stakeRao: 123_456_789_012_345_678n + BigInt(uid),
    alphaRao: BigInt(uid) * 1_000_000_000n,
    taoRao: null,
    rank: uid / 10_000,
    trust: null,
    validatorTrust: 0.25,
    consensus: 0.125,
    incentive: uid / 1_000,
    dividends: 0,
    emissionRao: 7n,
    lastUpdate: 4_000_000 + uid,
    registeredAt: 3_000_000 + uid,
    axon: { block: 3_500_000, version: 10_004_001, ip: '8.8.8.8', port: 8000 + uid, protocol: 4 },
    ...fields,
  }
}

export function hotkeyOf(uid: number): string {
  const key = Buffer.alloc(32)
  key.writeUInt32BE(uid + 1)
  return encodeAddress(key)
}

export const genesisOf = (letter: string) => `0x${letter.repeat(64)}`

/** A metagraph of a subnet with `size` neurons. */
export function metagraphOf(size: number, fields: Partial<Metagraph> = {}): Metagraph {
  return {
    genesis: genesisOf('a'),
    specVersion: 381,
    block: 5_000_000,
    blockAt: 1_780_000_000_000,
    readAt: 1_780_000_003_000,
    subnet: { netuid: 33, tempo: 360, lastStep: 4_999_900, immunityPeriod: 5_000, servingRateLimit: 50 },
    neurons: Array.from({ length: size }, (_, uid) => neuronOf(uid)),
    ...fields,
  }
}
