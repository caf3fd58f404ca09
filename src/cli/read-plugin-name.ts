import { isPluginName } from '../plugin/plugin-name.js'
import { UsageError } from './usage-error.js'

/**
 * The name of a new miner or dialect, as it was typed.
 *
 * @throws {UsageError} NAME_MISSING · INVALID_VALUE · NAME_TAKEN
 */
export function readPluginName(kind: 'miner' | 'dialect', text: string | undefined): string {
  const hint = `miner create ${kind} my-${kind}`
  if (text === undefined) throw new UsageError('NAME_MISSING', `how is the ${kind} to be called?`, hint)
  if (!isPluginName(text))
    throw new UsageError('INVALID_VALUE', 'a name has small letters, digits and single dashes, 40 at most', hint)
  return text
}
