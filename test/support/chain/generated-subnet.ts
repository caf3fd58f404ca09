import { createHash } from 'node:crypto'
import { encodeAddress } from '#dist/keys/ss58.js'
import { RECORDED_BLOCK } from './recorded-subnet.ts'
import {
  noAxon,
  type SourceAxon,
  type SourceNeuron,
  type SourcePrometheus,
  type SourceSubnet,
  totalStake,
} from './source-subnet.ts'
import { subnetOf } from './subnet-of.ts'

/** As many neurons as have shares of their own. */
const MOST_NEURONS = 8192

/**
 * Makes a subnet in which every field of every neuron has a value of its own, as far as its type has room: a decoder that
 * takes one field or one neuron for another is found out. Amounts exceed 2^53. Every second axon has an IPv6 address; of
 * sixteen neurons one announced no axon, and one took its own back.
 *
 * @param neurons at most 8,192
 * @param seed the same gives the same
 */
export function generatedSubnet({ neurons, seed = 1 }: { neurons: number; seed?: number }): SourceSubnet {
  if (neurons > MOST_NEURONS) throw new Error(`at most ${MOST_NEURONS} neurons have shares of their own`)
  const made = Array.from({ length: neurons }, (_, uid) => generatedNeuron(seed, uid))
  return subnetOf([], {
    tempo: 100 + (seed % 260),
    lastStep: RECORDED_BLOCK - 10 - (seed % 80),
    immunityPeriod: 5000 + (seed % 1000),
    servingRateLimit: 20 + (seed % 40),
    neurons: made,
  })
}

function generatedNeuron(seed: number, uid: number): SourceNeuron {
  const random = randomOf(seed, uid)
  const coldkey = encodeAddress(random.bytes('coldkey'))
  const alphaStake = random.amount('alpha')
  const taoStake = random.amount('tao')
  const total = totalStake(alphaStake, taoStake)
  const own = random.amount('own') % total
  return {
    hotkey: encodeAddress(random.bytes('hotkey')),
    coldkey,
    isActive: random.bit('active'),
    hasPermit: random.bit('permit'),
    axon: generatedAxon(seed, uid),
    prometheus: generatedPrometheus(seed, uid),
    stakes: [
      [coldkey, own],
      [encodeAddress(random.bytes('nominator')), total - own],
    ],
    alphaStake,
    taoStake,
    totalStake: total,
    rank: share(seed, uid, 0),
    trust: share(seed, uid, 1),
    validatorTrust: share(seed, uid, 2),
    consensus: share(seed, uid, 3),
    incentive: share(seed, uid, 4),
    dividends: share(seed, uid, 5),
    pruningScore: share(seed, uid, 6),
    emission: random.amount('emission'),
    lastUpdate: RECORDED_BLOCK - 4 * uid - 1,
    registeredAt: RECORDED_BLOCK - 1_000_000 - 4 * uid,
  }
}

function generatedAxon(seed: number, uid: number): SourceAxon {
  if (uid % 16 === 5) return noAxon
  const isTakenBack = uid % 16 === 11
  const isIpv6 = uid % 2 === 1 && !isTakenBack
  return {
    block: BigInt(RECORDED_BLOCK - 4 * uid - 2),
    version: 9_000_000 + 2 * uid,
    ip: isTakenBack ? 0n : address(seed, uid, isIpv6),
    port: isTakenBack ? 1 : 1024 + 2 * uid,
    ip_type: isIpv6 ? 6 : 4,
    protocol: (uid * 3 + 1) % 256,
    placeholder1: (uid * 5 + 2) % 256,
    placeholder2: (uid * 7 + 3) % 256,
  }
}

function generatedPrometheus(seed: number, uid: number): SourcePrometheus {
  return {
    block: BigInt(RECORDED_BLOCK - 4 * uid - 3),
    version: 9_000_001 + 2 * uid,
    ip: address(seed + 1, uid, false),
    port: 1025 + 2 * uid,
    ip_type: 4,
  }
}

/** A public address, another for each neuron. */
function address(seed: number, uid: number, isIpv6: boolean): bigint {
  if (!isIpv6) return 0x2d00_0000n + BigInt(uid) * 0x1_0101n + BigInt(seed % 251)
  const low = BigInt(`0x${Buffer.from(randomOf(seed, uid).bytes('ip')).subarray(0, 8).toString('hex')}`)
  return (0x2a00_1450n << 96n) | (BigInt(uid) << 64n) | low
}

/** 0 to 65535; within a seed, each field of each neuron has its own: an odd factor permutes the residues of 2^16. */
function share(seed: number, uid: number, field: number): number {
  return ((uid * 8 + field) * 40_503 + seed * 257) % 65_536
}

/** Values that follow from the seed, the neuron and a name. */
function randomOf(seed: number, uid: number) {
  const bytes = (name: string) => createHash('sha256').update(`${seed} ${uid} ${name}`).digest()
  return {
    bytes,
    bit: (name: string) => bytes(name)[0]! < 128,
    /** from 2^53 to 2^56 */
    amount: (name: string) => (1n << 53n) + (bytes(name).readBigUInt64LE() % (7n << 53n)),
  }
}
