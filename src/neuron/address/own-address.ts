import { networkInterfaces } from 'node:os'
import { NeuronError } from '../neuron-error.js'
import { askAddressServices } from './address-services.js'
import { canonicalIp, whyUnroutable } from './routable.js'

/** The address under which validators reach this machine. */
export type OwnAddress = {
  /** in its canonical spelling */
  readonly ip: string
  /** finds it again, since a router may get another one; absent for an address that the operator gave */
  readonly find?: (signal: AbortSignal) => Promise<string>
}

export type AddressOptions = {
  /** as the operator gave it */
  readonly externalIp?: string | undefined
  /** https URLs, asked in this order */
  readonly services: readonly string[]
  /** the chain runs on this machine, so that its validators may be in this network */
  readonly allowUnroutable: boolean
}

/**
 * Finds the address to announce: the operator's; for a chain on this machine that of a network interface; else the one on
 * which two public services agree.
 *
 * @throws {NeuronError} ADDRESS_UNROUTABLE · ADDRESS_UNKNOWN
 */
export async function ownAddress(options: AddressOptions, signal: AbortSignal): Promise<OwnAddress> {
  const { externalIp, services, allowUnroutable } = options
  if (externalIp !== undefined) return { ip: checked(externalIp, allowUnroutable) }
  const find = async (asking: AbortSignal) =>
    (allowUnroutable ? interfaceAddress() : undefined) ?? (await askAddressServices(services, asking))
  return { ip: await find(signal), find }
}

function checked(ip: string, allowUnroutable: boolean): string {
  const why = whyUnroutable(ip)
  const isAllowed = allowUnroutable && why !== 'is not an IP address' && why !== NO_MACHINE
  if (why === undefined || isAllowed) return canonicalIp(ip)
  throw new NeuronError('ADDRESS_UNROUTABLE', `validators cannot reach the address ${JSON.stringify(ip)}: it ${why}`, {
    hint: 'give the public address with --axon-external-ip, or serve with --no-announce behind a proxy',
  })
}

/** The chain holds address 0 for an axon that is not announced. */
const NO_MACHINE = whyUnroutable('0.0.0.0')

/** IPv4 before IPv6. A link-local address needs a zone, which the chain does not hold. */
function interfaceAddress(): string | undefined {
  const outside = Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address
}
