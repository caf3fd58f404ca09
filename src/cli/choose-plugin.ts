import { dirname, resolve } from 'node:path'
import { type DialectCatalogue, subnetDialect } from '../app/catalogue/dialects.js'
import { usableNames } from '../app/catalogue/entries.js'
import type { MinerCatalogue } from '../app/catalogue/miners.js'
import { hostSections } from '../app/settings.js'
import { type FoundSetting, type Lookup, lookUpSetting } from '../config/look-up.js'
import { type Origin, originText } from '../config/origin.js'
import { expandHome } from '../config/read-bounded.js'
import { type Setting, settingsOf } from '../config/schema/setting.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { closest } from '../text/closest.js'
import { quote } from '../text/escape.js'
import { UsageError } from './errors/usage-error.js'

/**
 * Loads the miner that `use` names. Looked up before the settings are read, because the miner's own are among them.
 *
 * @throws {UsageError} UNKNOWN_MINER
 */
export async function chooseMiner(miners: MinerCatalogue, lookup: Lookup): Promise<MinerDefinition> {
  const { value, origin } = (await lookUpSetting(lookup, 'use')) ?? defaultUse()
  const name = String(value ?? defaultUse().value)
  const entry = miners.get(name)
  if (entry) return entry.load()
  const message = `there is no miner ${quote(name)} (${originText(origin)})`
  const hint = suggestName({ flag: '--use', name, origin, names: usableNames(miners) })
  throw new UsageError('UNKNOWN_MINER', message, hint)
}

function defaultUse(): FoundSetting {
  return { value: settingOfUse().default, origin: { from: 'default' }, problems: [] }
}

/** Returns the setting that chooses the miner. */
export function settingOfUse(): Setting {
  return settingsOf(hostSections.top).find(({ path }) => path === 'use')!
}

/**
 * Loads the dialect that `dialectFile` holds or `dialect` names, else the one of the subnet that `netuid` names. Looked
 * up before the settings are read, because it is the default of `dialect`.
 *
 * @throws {UsageError} UNKNOWN_DIALECT
 * @throws {ConfigError} CONFIG_INVALID with what is wrong with the dialect's file
 */
export async function chooseDialect(dialects: DialectCatalogue, lookup: Lookup): Promise<DialectDefinition> {
  const file = await lookUpSetting(lookup, 'dialectFile')
  if (typeof file?.value === 'string') {
    const { readDialectFile } = await import('../dialect-file/read-dialect-file.js')
    return readDialectFile(settingPath(file.value, file.origin))
  }
  const { value: name, origin } = (await lookUpSetting(lookup, 'dialect')) ?? {}
  if (typeof name !== 'string' || !origin) {
    const { value: netuid } = (await lookUpSetting(lookup, 'netuid')) ?? {}
    return dialects.get(subnetDialect(dialects, netuid))!.load()
  }
  const entry = dialects.get(name)
  if (entry) return entry.load()
  const message = `there is no dialect ${quote(name)} (${originText(origin)})`
  const hint = suggestName({ flag: '--dialect', name, origin, names: usableNames(dialects) })
  throw new UsageError('UNKNOWN_DIALECT', message, hint)
}

/** Returns the absolute path that a setting names; one given in a configuration file is relative to that file. */
export function settingPath(named: string, origin: Origin): string {
  return resolve(origin.from === 'file' ? dirname(origin.file) : '.', expandHome(named))
}

type Unknown = {
  /** the flag that chooses a plugin of that kind */
  readonly flag: '--use' | '--dialect'
  readonly name: string
  readonly origin: Origin
  /** the names that can be chosen */
  readonly names: readonly string[]
}

/** Suggests what to do about an unknown miner or dialect: it may be misspelled, not installed yet, or uninstalled. */
export function suggestName({ flag, name, origin, names }: Unknown): string {
  const like = closest(name, names)
  const choices = `there are: ${names.join(', ')}`
  if (like !== undefined) return `${flag} ${like}; ${choices}`
  const leave = origin.from === 'flag' ? `${flag} ${names[0]}` : 'name another'
  return `${leave}, or install the plugin that brings it: miner plugins:install PACKAGE; ${choices}`
}
