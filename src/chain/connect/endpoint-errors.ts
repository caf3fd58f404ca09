import { ChainError, type ChainErrorCode } from '../chain-error.js'
import { type Network, networks } from '../networks.js'
import type { ChainEndpoint } from './chain-endpoint.js'

/** Returns the error of one endpoint, which another may not have. */
export function endpointError(
  code: ChainErrorCode,
  name: string,
  what: string,
  more: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined } = {},
): ChainError {
  const first = code === 'ENDPOINT_BUSY' ? 'wait' : 'try again'
  const hint = `${first}, or name another endpoint first with --chain-endpoint`
  return new ChainError(code, `the chain’s endpoint ${name} ${what}`, { hint, ...more })
}

/**
 * @param expected the hash of the first block
 * @param found that of the endpoint
 */
export function wrongChain(name: string, expected: string, found: string): ChainError {
  const [network] = Object.entries<Network>(networks).find(([, { genesis }]) => genesis === expected) ?? []
  const whose = network === undefined ? '' : `, that of ${network}`
  const message = `${name} belongs to another chain: its first block is ${found}, not ${expected}${whose}`
  return new ChainError('WRONG_CHAIN', message, {
    hint: `name an endpoint of ${network ?? 'that network'} with --chain-endpoint, or give the URL itself as --network`,
  })
}

/** Returns whether an error is of one endpoint, so that another may not have it. */
export function isOfEndpoint(error: unknown): error is ChainError {
  return error instanceof ChainError && codesOfEndpoints.has(error.code)
}

const codesOfEndpoints: ReadonlySet<ChainErrorCode> = new Set([
  'WRONG_CHAIN',
  'CALL_TIMEOUT',
  'CALL_FAILED',
  'ENDPOINT_BUSY',
])

/** Returns whether an error is of the runtime that an endpoint has: another endpoint may run another one. */
export function isOfRuntime(error: unknown): error is ChainError {
  return error instanceof ChainError && error.code === 'RUNTIME_UNSUPPORTED'
}

/** Returns the error of an endpoint that rests because of its runtime, while another one is in use. */
export function unreadable(name: string, error: ChainError, retryAfterMs: number): ChainError {
  const { code, message, hint } = error
  return new ChainError(code, `${name}: ${message}`, { hint, cause: error, retryAfterMs })
}

/** Returns the error of a round in which no endpoint was fit: what all of them share, or all that went wrong. */
export function noneIsFit(endpoints: readonly ChainEndpoint[]): ChainError {
  const errors = endpoints.map(({ error }) => error).filter(error => error !== undefined)
  const [first] = errors
  const code = errors.every(error => error.code === first?.code) ? first?.code : undefined
  const reasons = errors.map(({ message }) => message).join('; ')
  if (first && (code === 'WRONG_CHAIN' || code === 'RUNTIME_UNSUPPORTED'))
    return new ChainError(code, reasons, { hint: first.hint, cause: first })
  if (first && code === 'ENDPOINT_BUSY') {
    const retryAfterMs = Math.max(0, Math.min(...endpoints.map(({ dueAt }) => dueAt)) - performance.now())
    return new ChainError(code, reasons, { hint: first.hint, cause: first, retryAfterMs })
  }
  return new ChainError('UNREACHABLE', reasons || 'no endpoint of the chain answers', { hint: NETWORK, cause: first })
}

/** Returns the reason for which connecting ends when it took too long. */
export function outOfTime(): ChainError {
  return new ChainError('CALL_TIMEOUT', 'no endpoint of the chain answered in time', { hint: NETWORK })
}

/** Returns the error of calls of a chain that was disposed. */
export function connectionClosed(): ChainError {
  return new ChainError('CALL_FAILED', 'the connection to the chain was closed', { hint: 'open it again' })
}

const NETWORK = 'check the network of this machine, or name other endpoints with --chain-endpoint'
