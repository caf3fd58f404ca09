import type { TypedFlag } from '../config/layers/flag-layer.js'
import type { Problem } from '../config/problem.js'

/** Where a `miner serve --dev` is found, unless it was told another port. */
export const developmentUrl = 'http://127.0.0.1:8091'

/**
 * What was typed beside `--dev` although it decides that by itself.
 *
 * @param decided settings, or whole sections, by path
 */
export function devConflicts(typed: readonly TypedFlag[], decided: readonly string[]): readonly Problem[] {
  return typed
    .filter(({ path }) => decided.some(name => path === name || path.startsWith(`${name}.`)))
    .map(({ flag }) => ({
      code: 'RULE_BROKEN',
      message: `--dev and ${flag} do not go together`,
      hint: 'leave one of them out',
    }))
}
