import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Announcement } from '../chain.js'
import { ChainError } from '../chain-error.js'

/** The arguments of the call `SubtensorModule.serve_axon`, named and sized as on the chain. */
export type AxonFields = {
  /** u16 */
  readonly netuid: number
  /** u32 */
  readonly version: number
  /** u128 */
  readonly ip: bigint
  /** u16 */
  readonly port: number
  readonly ip_type: 4 | 6
  /** some clients read 87 as "speaks btauth/1 only" */
  readonly protocol: 4
  readonly placeholder1: 0
  readonly placeholder2: 0
}

/**
 * Checks an announcement and returns it as the chain's integers. polkadot-api encodes an integer that is too large
 * without an error, as another one.
 *
 * @throws {ChainError} SUBNET_UNKNOWN · ADDRESS_REFUSED · PORT_REFUSED · ANNOUNCEMENT_REFUSED when a value does not fit
 */
export function axonFields({ netuid, ip, port, version }: Announcement): AxonFields {
  if (!isInteger(netuid, 0, 0xff_ff))
    throw new ChainError('SUBNET_UNKNOWN', `there is no subnet ${netuid}`, {
      hint: 'give a whole number from 0 to 65535 as --netuid',
    })
  if (!isInteger(port, 1, 0xff_ff))
    throw new ChainError('PORT_REFUSED', `port ${port} cannot be announced`, {
      hint: 'give a whole number from 1 to 65535 as --axon-external-port',
    })
  if (!isInteger(version, 0, 0xff_ff_ff_ff))
    throw new ChainError('ANNOUNCEMENT_REFUSED', `version ${version} cannot be announced`, {
      hint: 'the version of the software is a whole number below 4294967296',
    })
  return { netuid, version, port, ...ipFields(ip), protocol: 4, placeholder1: 0, placeholder2: 0 }
}

/** Returns an address as an integer. An IPv4 address that is written as IPv6 (`::ffff:203.0.113.7`) is IPv4. */
function ipFields(text: string): Pick<AxonFields, 'ip' | 'ip_type'> {
  // ipaddr.js reads more than an address: `203.0.113` and `0xcb.0.0x7107` too. A zone has a meaning on this machine only.
  if (isIP(text) === 0 || text.includes('%'))
    throw new ChainError('ADDRESS_REFUSED', `${JSON.stringify(text)} is not an IP address`, {
      hint: 'give the public IPv4 or IPv6 address as --axon-external-ip',
    })
  const address = ipaddr.process(text)
  const ip = BigInt(`0x${Buffer.from(address.toByteArray()).toString('hex')}`)
  return { ip, ip_type: address.kind() === 'ipv4' ? 4 : 6 }
}

function isInteger(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
