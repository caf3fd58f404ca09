import { isTakenName } from '../app/catalogue/is-taken-name.js'
import type { PluginKind } from '../plugin/load/discover.js'
import { isPluginName } from '../plugin/load/plugin-name.js'
import { UsageError } from './errors/usage-error.js'

/**
 * The name of a new miner or dialect; what was typed may be that of its package, `miner-NAME`.
 *
 * @throws {UsageError} NAME_MISSING · INVALID_VALUE · NAME_TAKEN
 */
export function readPluginName(kind: PluginKind, text: string | undefined): string {
  const hint = `miner create ${kind} my-${kind}`
  if (text === undefined) throw new UsageError('NAME_MISSING', `how is the ${kind} to be called?`, hint)
  const name = text.startsWith(`${kind}-`) ? text.slice(kind.length + 1) : text
  if (!isPluginName(name))
    throw new UsageError(
      'INVALID_VALUE',
      'a name begins with a letter, and has small letters, digits and single dashes, 40 at most',
      hint,
    )
  if (isTakenName(kind, name))
    throw new UsageError(
      'NAME_TAKEN',
      `no ${kind} of a plugin can be called ${name}: this program uses that name`,
      hint,
    )
  return name
}
