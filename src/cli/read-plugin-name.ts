import { isTakenName } from '../app/is-taken-name.js'
import type { PluginKind } from '../plugin/discover.js'
import { isPluginName } from '../plugin/plugin-name.js'
import { UsageError } from './usage-error.js'

/**
 * The name of a new miner or dialect, as it was typed.
 *
 * @throws {UsageError} NAME_MISSING · INVALID_VALUE · NAME_TAKEN
 */
export function readPluginName(kind: PluginKind, text: string | undefined): string {
  const hint = `miner create ${kind} my-${kind}`
  if (text === undefined) throw new UsageError('NAME_MISSING', `how is the ${kind} to be called?`, hint)
  if (!isPluginName(text))
    throw new UsageError('INVALID_VALUE', 'a name has small letters, digits and single dashes, 40 at most', hint)
  if (isTakenName(kind, text))
    throw new UsageError(
      'NAME_TAKEN',
      `no ${kind} of a plugin can be called ${text}: this program uses that name`,
      hint,
    )
  return text
}
