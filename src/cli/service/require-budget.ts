import { judgeBudget, spendableOf } from '../../app/money/budget-rules.js'
import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CHOSEN_MINER, CONFIGURATION, MINER } from '../../app/tokens.js'
import { ConfigError } from '../../config/config-error.js'
import { valuesOf } from '../../config/configuration.js'
import { budgetLimits, hasBudget } from '../../money/open-money.js'

/**
 * Checks that a budget can be kept with the prices that are known, as `miner serve` does before it starts.
 *
 * @throws {ConfigError} CONFIG_INVALID
 */
export async function requireBudget(scope: RunScope): Promise<void> {
  const configuration = scope.resolve(CONFIGURATION)
  if (!hasBudget(budgetLimits(valuesOf(configuration, hostSections.budget)))) return
  // A miner of a plugin may refuse the names of secrets in place of secrets, and then only `miner serve` can tell.
  const miner = await scope.resolve(MINER).catch(() => null)
  if (miner === null) return
  const { name } = scope.resolve(CHOSEN_MINER)
  const { problems } = await judgeBudget(configuration, { ...(await spendableOf(configuration, miner)), miner: name })
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
}
