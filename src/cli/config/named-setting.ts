import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { hostSections, minerSection } from '../../app/settings.js'
import type { KnownSection, Section } from '../../config/schema/section.js'
import { type Setting, settingsOf } from '../../config/schema/setting.js'
import { closest } from '../../text/closest.js'
import { UsageError } from '../errors/usage-error.js'

/** A setting by its name, among the sections that a file with it is checked with. */
export type NamedSetting = {
  readonly setting: Setting
  readonly sections: readonly Section[]
  readonly known: readonly KnownSection[]
}

/**
 * Finds a setting by its path, in either spelling: `axon.maxTimeout` or `axon.max_timeout`. That of a miner need not be
 * of the one that is in use.
 *
 * @throws {UsageError} UNKNOWN_SETTING
 * @throws {PluginError} when the plugin of the miner cannot be loaded
 */
export async function namedSetting(name: string, miners: MinerCatalogue): Promise<NamedSetting> {
  const miner = await miners.get(name.split('.', 1)[0]!)?.load()
  const sections: readonly Section[] = [...Object.values(hostSections), ...(miner ? [minerSection(miner)] : [])]
  const settings = sections.flatMap(settingsOf)
  const setting = settings.find(({ fileKeys }) => fileKeys.includes(name))
  if (setting) return { setting, sections, known: [...miners.keys()].map(name => ({ name })) }
  const within = settings.find(({ section }) => section !== '' && section === name)
  if (within) {
    const message = `${name} is a table, and not a setting`
    throw new UsageError('UNKNOWN_SETTING', message, `name a setting in it, such as ${within.path}`)
  }
  const renamed = settings.find(({ spellings }) => spellings.some(({ key }) => key === name))
  const like = renamed?.path ?? closest(name, [...settings.flatMap(({ fileKeys }) => fileKeys), ...miners.keys()])
  throw new UsageError(
    'UNKNOWN_SETTING',
    // A word that does not look like a name may be a secret.
    /^[\w.-]{1,80}$/.test(name) ? `there is no setting ${name}` : 'the first word does not name a setting',
    like ? `use ${like}` : 'miner config show lists the settings',
  )
}
