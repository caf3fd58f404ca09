import { resolve } from 'node:path'
import { subnetDialect } from '../app/catalogue/dialects.js'
import { givenDialect, givenMiner } from '../app/catalogue/given.js'
import type { RunScope } from '../app/scope.js'
import { hostSections } from '../app/settings.js'
import { DIALECTS, MINERS, SDK } from '../app/tokens.js'
import { ConfigError } from '../config/config-error.js'
import { createLookup, lookUpSetting } from '../config/look-up.js'
import { expandHome } from '../config/read-bounded.js'
import type { Table } from '../config/values/convert.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import type { MinerDefinition } from '../plugin/miner.js'
import type { DialectPlugin, MinerPlugin } from '../plugin/sdk.js'
import { closest } from '../text/closest.js'
import { quote } from '../text/escape.js'

/** Where the choice comes from: a plugin that the program passes, else the settings. */
type Choice<Plugin> = { readonly plugin: Plugin | null; readonly settings: Table; readonly scope: RunScope }

/**
 * Loads the miner that a program chooses.
 *
 * @throws {ConfigError} CONFIG_INVALID when there is no miner of that name
 * @throws {PluginError} PLUGIN_BROKEN
 */
export async function chosenMiner({ plugin, settings, scope }: Choice<MinerPlugin>): Promise<MinerDefinition> {
  if (plugin) return givenMiner(plugin, scope.resolve(SDK))
  const miners = scope.resolve(MINERS)
  // The configuration reports an invalid value.
  const name = (await setting(settings, 'use')) ?? hostSections.top.settings.parse({}).use
  const entry = miners.get(String(name))
  if (!entry) throw unknownName('use', String(name), [...miners.keys()])
  return entry.load()
}

/**
 * Loads the dialect that a program chooses.
 *
 * @throws {ConfigError} CONFIG_INVALID when there is no dialect of that name, or its file is invalid
 * @throws {PluginError} PLUGIN_BROKEN
 */
export async function chosenDialect({ plugin, settings, scope }: Choice<DialectPlugin>): Promise<DialectDefinition> {
  if (plugin) return givenDialect(plugin, scope.resolve(SDK))
  const file = await setting(settings, 'dialectFile')
  if (typeof file === 'string') {
    const { readDialectFile } = await import('../dialect-file/read-dialect-file.js')
    return readDialectFile(resolve(expandHome(file)))
  }
  const dialects = scope.resolve(DIALECTS)
  const name = (await setting(settings, 'dialect')) ?? subnetDialect(dialects, await setting(settings, 'netuid'))
  const entry = dialects.get(String(name))
  if (!entry) throw unknownName('dialect', String(name), [...dialects.keys()])
  return entry.load()
}

async function setting(settings: Table, path: string): Promise<unknown> {
  const sections = [hostSections.top, hostSections.subnet, hostSections.dialect]
  const lookup = createLookup(sections, { argv: [], env: {}, file: null, given: settings })
  return (await lookUpSetting(lookup, path))?.value
}

function unknownName(key: 'use' | 'dialect', name: string, names: readonly string[]): ConfigError {
  const kind = key === 'use' ? 'miner' : 'dialect'
  const meant = closest(name, names)
  const hint = meant ? `use ${quote(meant)}` : `use one of ${names.join(', ')}, or pass a plugin instead of a name`
  const message = `there is no ${kind} ${quote(name)}`
  return new ConfigError('CONFIG_INVALID', [{ code: 'INVALID_VALUE', path: key, message, hint }])
}
