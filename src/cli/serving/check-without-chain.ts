import { withoutEffect } from '../../app/chain/without-chain.js'
import { hostSections } from '../../app/settings.js'
import { ConfigError } from '../../config/config-error.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { originText } from '../../config/origin.js'
import type { DialectDefinition } from '../../plugin/dialect.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Checks what a miner without a chain needs: callers by name, since no standing tells who they are. With a chain there is
 * nothing to check.
 *
 * @param dialect checks the flags, too; they are the same when the file is read again
 * @throws {ConfigError} CONFIG_INVALID when a flag has no effect without a chain
 * @throws {UsageError} NOBODY_ALLOWED
 */
export function checkWithoutChain(configuration: Configuration, dialect?: DialectDefinition): void {
  if (valuesOf(configuration, hostSections.subtensor).network !== 'none') return
  const idle = dialect ? withoutEffect(configuration, { from: 'flag', dialect }) : []
  if (idle.length > 0) throw new ConfigError('CONFIG_INVALID', idle)
  requireAllowed(configuration, configuration)
}

/**
 * Checks a configuration that is read again as at the start, and its policy for the miner that runs: a new network comes with
 * a restart, the policy at once.
 *
 * @throws {ConfigError} CONFIG_INVALID
 * @throws {UsageError} NOBODY_ALLOWED
 */
export function checkReread(configuration: Configuration, running: Configuration): void {
  checkWithoutChain(configuration)
  if (valuesOf(running, hostSections.subtensor).network === 'none') requireAllowed(configuration, running)
}

function requireAllowed(configuration: Configuration, withoutChain: Configuration): void {
  if (valuesOf(configuration, hostSections.policy).allow.length > 0) return
  const origin = originText(withoutChain.origins.get('subtensor.network')!)
  throw new UsageError(
    'NOBODY_ALLOWED',
    `without a chain, only the hotkeys in --allow may ask (${origin}), and --allow is empty`,
    'name the hotkeys that may ask, with --allow',
  )
}
