import type { Metagraph, Neuron } from '#dist/chain/metagraph.js'
import { encodeAddress } from '#dist/keys/ss58.js'

/** Makes a metagraph in which all neurons differ, with the given fields of some of them. */
export function variedMetagraph(count: number, fields: Readonly<Record<number, Partial<Neuron>>> = {}): Metagraph {
  return {
    genesis: `0x${'2f'.repeat(32)}`,
    specVersion: 381,
    block: 9_286_202,
    blockAt: Date.now() - 30_000,
    readAt: Date.now(),
    subnet: { netuid: 1, tempo: 360, lastStep: 9_286_000, immunityPeriod: 7_200, servingRateLimit: 50 },
    neurons: Array.from({ length: count }, (_, uid) => ({ ...neuronOf(uid), ...fields[uid] })),
  }
}

function neuronOf(uid: number): Neuron {
  const key = (kind: number) => encodeAddress(Uint8Array.from({ length: 32 }, (_, at) => (uid * 7 + at * kind) % 256))
  const rao = BigInt(uid) * 1_234_567_890_123n
  return {
    uid,
    hotkey: key(3),
    coldkey: key(5),
    hasPermit: uid % 16 === 0,
    isActive: uid % 2 === 0,
    stakeRao: rao,
    alphaRao: rao / 2n,
    taoRao: rao / 3n,
    rank: uid / 2048,
    trust: uid / 4096,
    validatorTrust: 0,
    consensus: uid / 1024,
    incentive: uid / 65_536,
    dividends: 0,
    emissionRao: BigInt(uid) * 1_000_001n,
    lastUpdate: 9_286_202 - uid * 10,
    registeredAt: 9_000_000 - uid,
    axon:
      uid % 3 === 0
        ? null
        : {
            block: 9_200_000 + uid,
            version: 10_004_001,
            ip: uid % 7 === 0 ? `2001:db8::${uid.toString(16)}` : `203.0.${uid >> 8}.${uid % 256}`,
            port: 8_000 + uid,
            protocol: 4,
          },
  }
}
