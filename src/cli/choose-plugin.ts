import { dirname, resolve } from 'node:path'
import { type DialectCatalogue, defaultDialect } from '../app/catalogue/dialects.js'
import { usableNames } from '../app/catalogue/entries.js'
import type { MinerCatalogue } from '../app/catalogue/miners.js'
import { hostSections } from '../app/settings.js'
import { type FoundSetting, type Layers, lookUpSetting } from '../config/look-up.js'
import { type Origin, originText } from '../config/origin.js'
import { expandHome } from '../config/read-bounded.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { closest } from '../text/closest.js'
import { quote } from '../text/escape.js'
import { UsageError } from './errors/usage-error.js'

/**
 * The miner that `use` names. It is looked up before the settings are read, because its own are among them.
 *
 * @throws {UsageError} UNKNOWN_MINER
 */
export async function chooseMiner(miners: MinerCatalogue, layers: Layers): Promise<MinerDefinition> {
  const { value, origin } = (await lookUpSetting(hostSections.top, 'use', layers)) ?? byDefault()
  const name = String(value ?? byDefault().value)
  const entry = miners.get(name)
  if (entry) return entry.load()
  const message = `there is no miner ${quote(name)} (${originText(origin)})`
  throw new UsageError(
    'UNKNOWN_MINER',
    message,
    suggestName({ flag: '--use', name, origin, names: usableNames(miners) }),
  )
}

function byDefault(): FoundSetting {
  return { value: hostSections.top.settings.parse({}).use, origin: { from: 'default' }, problems: [] }
}

/**
 * The dialect that `dialectFile` holds or `dialect` names, else the one of the subnet that `netuid` names. It is looked
 * up before the settings are read, because it is their default.
 *
 * @throws {UsageError} UNKNOWN_DIALECT
 * @throws {ConfigError} CONFIG_INVALID with what is wrong with the dialect's file
 */
export async function chooseDialect(dialects: DialectCatalogue, layers: Layers): Promise<DialectDefinition> {
  const file = await lookUpSetting(hostSections.subnet, 'dialectFile', layers)
  if (typeof file?.value === 'string') {
    const { readDialectFile } = await import('../dialect-file/read-dialect-file.js')
    return readDialectFile(dialectFilePath(file.value, file.origin))
  }
  const said = await lookUpSetting(hostSections.subnet, 'dialect', layers)
  if (typeof said?.value !== 'string') return dialects.get(await ofSubnet(dialects, layers))!.load()
  const entry = dialects.get(said.value)
  if (entry) return entry.load()
  const { value: name, origin } = said
  const message = `there is no dialect ${quote(name)} (${originText(origin)})`
  const hint = suggestName({ flag: '--dialect', name, origin, names: usableNames(dialects) })
  throw new UsageError('UNKNOWN_DIALECT', message, hint)
}

async function ofSubnet(dialects: DialectCatalogue, layers: Layers): Promise<string> {
  const { value: netuid } = (await lookUpSetting(hostSections.subnet, 'netuid', layers)) ?? {}
  const entry = [...dialects.values()].find(({ netuids }) => netuids.some(one => one === netuid))
  return entry?.name ?? defaultDialect
}

/** Where the dialect's file is that `dialectFile` names: one in a configuration file starts at that file. Absolute. */
export function dialectFilePath(named: string, origin: Origin): string {
  return resolve(origin.from === 'file' ? dirname(origin.file) : '.', expandHome(named))
}

type Unknown = {
  /** that chooses one */
  readonly flag: '--use' | '--dialect'
  readonly name: string
  readonly origin: Origin
  /** those that can be chosen */
  readonly names: readonly string[]
}

/** What to do about a miner or a dialect that is not there: it may be misspelled, not installed yet, or no longer. */
export function suggestName({ flag, name, origin, names }: Unknown): string {
  const like = closest(name, names)
  const choices = `there are: ${names.join(', ')}`
  if (like !== undefined) return `${flag} ${like}; ${choices}`
  const leave = origin.from === 'flag' ? `${flag} ${names[0]}` : 'name another'
  return `${leave}, or install the plugin that brings it: miner plugins:install PACKAGE; ${choices}`
}
