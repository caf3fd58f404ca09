import type { RunScope } from '../../app/scope.js'
import { CHAIN, LOG } from '../../app/tokens.js'
import type { Chain } from '../../chain/chain.js'
import type { Log } from '../../plugin/log.js'

/** What the chain logs, and what the command itself prints: which endpoint is in use, or why none is. */
const PRINTED = ['chainConnected', 'chainEndpointFailed']

/**
 * Opens the chain for a command that ends after a look at it. What such a command prints is logged at level debug only.
 *
 * @throws {ConfigError} CONFIG_INVALID when the network is `none`
 */
export function lookAtChain(scope: RunScope): Promise<Chain> {
  scope.provide(LOG, quiet(scope.resolve(LOG)))
  return scope.resolve(CHAIN)
}

function quiet(log: Log): Log {
  const at = (level: keyof Log) => (fields: object, message?: string) => {
    const isPrinted = 'event' in fields && PRINTED.includes(String(fields.event))
    log[isPrinted ? 'debug' : level](fields, message)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
