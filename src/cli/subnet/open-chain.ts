import type { RunScope } from '../../app/scope.js'
import { CHAIN, LOG } from '../../app/tokens.js'
import type { Chain } from '../../chain/chain.js'
import type { Log } from '../../plugin/log.js'

/**
 * Opens the chain for a command that ends after a look at it. The log then tells of trouble only: that the chain was
 * reached is what the command prints.
 *
 * @throws {ConfigError} CONFIG_INVALID when the network is `none`
 */
export function lookAtChain(scope: RunScope): Promise<Chain> {
  const log: Log = scope.resolve(LOG)
  const quiet: Log = {
    debug: (...record) => log.debug(...record),
    info: (...record) => log.debug(...record),
    warn: (...record) => log.warn(...record),
    error: (...record) => log.error(...record),
  }
  scope.provide(LOG, quiet)
  return scope.resolve(CHAIN)
}
