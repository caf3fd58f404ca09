import type { TypedFlag } from '../config/flag-layer.js'
import { UsageError } from './usage-error.js'

/** Where a `miner serve --dev` is found, unless it was told another port. */
export const developmentUrl = 'http://127.0.0.1:8091'

/**
 * `--dev` decides these by itself.
 *
 * @param decided settings, or whole sections, by path
 * @throws {UsageError} DEV_CONFLICT
 */
export function refuseBesideDev(typed: readonly TypedFlag[], decided: readonly string[]): void {
  const conflict = typed.find(({ path }) => decided.some(name => path === name || path.startsWith(`${name}.`)))
  if (!conflict) return
  throw new UsageError('DEV_CONFLICT', `--dev and ${conflict.flag} do not go together`, 'leave one of them out')
}
