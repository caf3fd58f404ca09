import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { abortable } from '../async/abortable.js'
import { withTimeout } from '../async/timeout.js'
import { AuditError } from './audit-error.js'
import type { AuditTarget } from './wire/audit-client.js'

/** Where the axon is, and whether that is an address that never leaves this machine. */
export type FoundTarget = AuditTarget & { readonly isLoopback: boolean }

/** How long a name may take to resolve. */
const LOOKUP_MS = 10_000

/**
 * Finds the address of an axon, once for the whole audit.
 *
 * @throws {AuditError} HOST_UNKNOWN
 * @throws the signal's reason
 */
export async function findTarget(url: URL, signal: AbortSignal): Promise<FoundTarget> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const ip = isIP(host) ? host : await addressOf(host, signal)
  return { ip, port: Number(url.port || 80), isLoopback: isLoopback({ ip }) }
}

/** Returns whether an address never leaves this machine. */
export function isLoopback({ ip }: Pick<AuditTarget, 'ip'>): boolean {
  return ipaddr.process(ip).range() === 'loopback'
}

async function addressOf(host: string, signal: AbortSignal): Promise<string> {
  try {
    // IPv4 first: `localhost` has both, and `miner serve --dev` listens on 127.0.0.1.
    const { address } = await abortable(withTimeout(lookup(host, { order: 'ipv4first' }), LOOKUP_MS), signal)
    return address
  } catch (cause) {
    signal.throwIfAborted()
    const hint = 'check --url, or name the address itself'
    throw new AuditError('HOST_UNKNOWN', `the host ${host} has no address`, { hint, cause })
  }
}
