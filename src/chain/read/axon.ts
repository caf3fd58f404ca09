import ipaddr from 'ipaddr.js'
import type { AnnouncedAxon } from '../metagraph.js'
import type { ChainValue } from './chain-value.js'

/** Reads the axon of a neuron. @returns null when it announces none */
export function axonOf(info: ChainValue): AnnouncedAxon | null {
  const ip = info.field('ip').bigint('u128')
  const port = info.field('port').integer('u16')
  // `serve_axon` with address 0 and port 1 takes an announcement back; a neuron that never announced has port 0
  if (ip === 0n || port <= 1) return null
  return {
    block: info.field('block').integer('u32', 'u64'),
    version: info.field('version').integer('u32'),
    ip: ipText(ip, info.field('ip_type').integer('u8')),
    port,
    protocol: info.field('protocol').integer('u8'),
  }
}

/**
 * Returns an address as text. Old runtimes took any type, so that an address which does not fit an IPv4 is an IPv6 whatever
 * its type.
 */
export function ipText(ip: bigint, type: number): string {
  const isV6 = type === 6 || ip > 0xffff_ffffn
  const digits = ip.toString(16).padStart(isV6 ? 32 : 8, '0')
  return ipaddr.fromByteArray([...Buffer.from(digits, 'hex')]).toString()
}
