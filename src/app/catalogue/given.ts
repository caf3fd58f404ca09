import type { DialectDefinition } from '../../plugin/dialect.js'
import { loadGivenDialect, loadGivenMiner } from '../../plugin/load/load-given.js'
import { brokenPlugin } from '../../plugin/load/plugin-error.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import type { DialectPlugin, MinerPlugin, Sdk } from '../../plugin/sdk.js'
import { withKnownRefusals } from './dialects.js'
import { withReadableSettings } from './miners.js'
import { isReservedName } from './plugins.js'

/**
 * Loads a miner that a program passes as a value. It may have the name of a built-in one, which it replaces.
 *
 * @throws {PluginError} PLUGIN_BROKEN
 */
export async function givenMiner(plugin: MinerPlugin, sdk: Sdk): Promise<MinerDefinition> {
  const miner = await loadGivenMiner(plugin, sdk)
  const source = { kind: 'miner', name: miner.name, from: null } as const
  if (isReservedName(miner.name)) throw brokenPlugin(source, 'has a name that is taken by the host')
  return withReadableSettings(miner, source)
}

/** Loads a dialect that a program passes as a value. @throws {PluginError} PLUGIN_BROKEN */
export async function givenDialect(plugin: DialectPlugin, sdk: Sdk): Promise<DialectDefinition> {
  const dialect = await loadGivenDialect(plugin, sdk)
  return withKnownRefusals(dialect, { kind: 'dialect', name: dialect.name, from: null })
}
