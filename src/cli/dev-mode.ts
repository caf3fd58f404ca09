import type { TypedFlag } from '../config/layers/flag-layer.js'
import type { Problem } from '../config/problem.js'

/** Where `miner serve --dev` listens, unless it is given another port. */
export const developmentUrl = 'http://127.0.0.1:8091'

/**
 * Returns a problem for each typed setting that `--dev` decides itself.
 *
 * @param decided paths of settings or of whole sections
 */
export function devConflicts(typed: readonly TypedFlag[], decided: readonly string[]): readonly Problem[] {
  return conflictsWith('--dev', typed, decided)
}

/** Returns a problem for each typed setting that a flag of the command decides itself. */
export function conflictsWith(
  decider: string,
  typed: readonly TypedFlag[],
  decided: readonly string[],
): readonly Problem[] {
  return typed
    .filter(({ path }) => decided.some(name => path === name || path.startsWith(`${name}.`)))
    .map(({ flag }) => ({
      code: 'RULE_BROKEN',
      message: `${decider} and ${flag} do not go together`,
      hint: 'keep one of them',
    }))
}
