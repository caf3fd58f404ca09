import { BlockList, isIP, type Socket, SocketAddress } from 'node:net'
import { type Holder, networkOf } from '../state/shares.js'

/**
 * Why the axon ignores `X-Forwarded-For`: `untrusted`: the peer is outside the trusted networks; `unreadable`: its last entry
 * is not an address.
 */
export type ProxyProblem = 'untrusted' | 'unreadable'

/**
 * The proxies whose word on the address of a caller is taken, in `X-Forwarded-For`. A proxy appends the address of its own peer
 * there, and what stands before it is the peer's word.
 */
export class TrustedProxies {
  readonly #list = new BlockList()
  readonly #onProblem: (problem: ProxyProblem, peer: string) => void
  readonly #reported = new Set<ProxyProblem>()

  /**
   * @param networks addresses, and networks in the form of `10.0.0.0/8`, as `isNetwork` takes them
   * @param onProblem called once for each problem
   */
  constructor(networks: readonly string[], onProblem: (problem: ProxyProblem, peer: string) => void = () => {}) {
    this.#onProblem = onProblem
    for (const network of networks) {
      const { address, bits } = readNetwork(network)!
      this.#list.addSubnet(address, bits, familyOf(address))
    }
  }

  has(address: string): boolean {
    return isIP(address) !== 0 && this.#list.check(address, familyOf(address))
  }

  /**
   * Returns the address of the caller: the last one in `X-Forwarded-For` that is not of a trusted proxy, or the first when all
   * are. It is the peer's without the header, when the peer is no trusted proxy, and when the part that counts is no address.
   */
  callerOf(peer: string, rawHeaders: readonly string[]): string {
    const headers = forwardedFor(rawHeaders)
    if (headers.length === 0) return peer
    if (!this.has(peer)) return this.#without('untrusted', peer)
    let caller = peer
    for (const text of headers.join().split(',').slice(-MAX_HOPS).toReversed()) {
      const address = readAddress(text)
      if (address === null) return this.#without('unreadable', peer)
      caller = address
      if (!this.has(address)) break
    }
    return caller
  }

  /** Returns the holder that an unproven caller counts for. Many callers share a proxy, so each of its connections counts alone. */
  holderOf({ address, port }: { readonly address: string; readonly port: number }): Holder {
    return this.has(address) ? { kind: 'network', name: `${address} port ${port}` } : networkOf(address)
  }

  #without(problem: ProxyProblem, peer: string): string {
    if (!this.#reported.has(problem)) this.#onProblem(problem, peer)
    this.#reported.add(problem)
    return peer
  }
}

/** Returns whether a text is an IP address, or a network of them: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. */
export function isNetwork(text: string): boolean {
  return readNetwork(text) !== null
}

/** Returns whether a network has all addresses: `0.0.0.0/0`, `::/0`. */
export function hasAllAddresses(network: string): boolean {
  return readNetwork(network)?.bits === 0
}

/** Returns the other end of a connection. */
export function peerOf({ remoteAddress, remotePort }: Socket): { readonly address: string; readonly port: number } {
  return { address: plainAddress(remoteAddress), port: remotePort ?? 0 }
}

/** A dual-stack socket shows IPv4 callers as `::ffff:1.2.3.4`. */
export function plainAddress(address = ''): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address
}

/** Hops of which a chain is read; no operator has more proxies. */
const MAX_HOPS = 32
/** Characters of an address with its port, in brackets. */
const MAX_HOP = 64

/** Returns the values of the header in their order: repeated headers are one list (RFC 9110 §5.3). */
function forwardedFor(rawHeaders: readonly string[]): readonly string[] {
  const values: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === NAME.length && rawHeaders[at]!.toLowerCase() === NAME)
      values.push(rawHeaders[at + 1]!)
  return values
}

const NAME = 'x-forwarded-for'

/** Reads an address, with a port or without: `192.0.2.7`, `192.0.2.7:8080`, `2001:db8::1`, `[2001:db8::1]:8080`. */
function readAddress(text: string): string | null {
  const hop = text.trim()
  if (hop.length > MAX_HOP) return null
  const [, inBrackets, ipv4] = /^(?:\[([\da-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/i.exec(hop) ?? []
  return canonical(inBrackets ?? ipv4 ?? hop)
}

/** Returns the one spelling of an address; null when it is none, or has a zone, which means nothing on this machine. */
function canonical(text: string): string | null {
  if (isIP(text) === 0 || text.includes('%')) return null
  const address = plainAddress(text)
  return plainAddress(new SocketAddress({ address, family: familyOf(address) }).address)
}

function readNetwork(text: string): { readonly address: string; readonly bits: number } | null {
  const [, ip = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = canonical(ip)
  if (address === null) return null
  const most = isIP(address) === 4 ? 32 : 128
  const bits = prefix === undefined ? most : Number(prefix)
  return bits <= most ? { address, bits } : null
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}
