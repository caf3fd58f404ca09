import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { findEntry, type Part, partName } from '../../config/edit/table-entry.js'
import { isRenaming, resolveAlias } from '../../config/layers/alias.js'
import { showsSecret } from '../../config/redact.js'
import { type Setting, settingsOf } from '../../config/schema/setting.js'
import { holdsSecret } from '../../config/schema/shape.js'
import type { Spelling } from '../../config/schema/spelling.js'
import { convert } from '../../config/values/convert.js'
import { closest } from '../../text/closest.js'
import { escapeName, quote } from '../../text/escape.js'
import { shellWord } from '../../text/shell-word.js'
import { UsageError } from '../errors/usage-error.js'
import { type CheckedSections, checkedSections } from './file-problems.js'

/** A setting by its name, among the sections that a file with it is checked with. */
export type NamedSetting = CheckedSections & {
  readonly setting: Setting
  /** the key of an entry of the setting, which is a table; absent: the whole setting is named */
  readonly entry?: string
}

export type NamedSettingOptions = {
  /** the command that names the setting: `miner config set` */
  readonly command: string
  /** whether an old name counts that has the values of its setting, such as `axon.max_workers` */
  readonly takesOld?: boolean
  /** the value that the setting is to get, which the hint translates where an old name has other values */
  readonly word?: string | undefined
}

/**
 * Finds a setting by its path, in either spelling: `axon.maxTimeout` or `axon.max_timeout`, or an entry of one: `prices.gpt-4.1`.
 * The setting of a miner need not be of the one that is in use.
 *
 * @throws {UsageError} UNKNOWN_SETTING
 * @throws {PluginError} when the plugin of the miner cannot be loaded
 */
export async function namedSetting(
  name: string,
  miners: MinerCatalogue,
  { command, takesOld = false, word }: NamedSettingOptions,
): Promise<NamedSetting> {
  const checked = await sectionsWith(name, miners)
  const settings = checked.sections.flatMap(settingsOf)
  const setting = settings.find(({ fileKeys }) => fileKeys.includes(name))
  if (setting) return { setting, ...checked }
  const [, assigned, text] = /^([\w.-]+)=(.*)$/s.exec(name) ?? []
  const meant = settings.find(({ fileKeys }) => assigned !== undefined && fileKeys.includes(assigned))
  if (meant) throw assignedSetting(meant, { command, text: text! })
  const within = settings.find(({ section }) => section !== '' && section === name)
  if (within) {
    const message = `${name} is a table, and not a setting`
    throw new UsageError('UNKNOWN_SETTING', message, `name a setting in it, such as ${within.path}`)
  }
  const inTable = findEntry(name, settings)
  if (inTable) return { ...inTable, ...checked }
  const renamed = settings.find(({ spellings }) => spellings.some(({ key }) => key === name))
  const spelling = renamed?.spellings.find(({ key }) => key === name)
  if (takesOld && renamed && spelling && isRenaming(spelling)) return { setting: renamed, ...checked }
  const like = renamed?.path ?? closest(name, [...settings.flatMap(({ fileKeys }) => fileKeys), ...miners.keys()])
  const instead = renamed && spelling && translated(renamed, spelling, word)
  throw new UsageError(
    'UNKNOWN_SETTING',
    // A word that does not look like a name may be a secret.
    /^[\w.-]{1,80}$/.test(name) ? `there is no setting ${name}` : 'the first word does not name a setting',
    instead ?? (like ? `use ${like}` : 'miner config show lists the settings'),
  )
}

/** The value is not repeated where it may be a secret, and not where the command takes none. */
function assignedSetting(setting: Setting, { command, text }: { command: string; text: string }): UsageError {
  const { path, shape } = setting
  const isShown =
    command.endsWith(' set') &&
    !showsSecret(
      setting,
      convert(shape, variableOf(text), path, () => {}),
    )
  const rest = isShown && !holdsSecret(shape) ? ` ${shellWord(text)}` : ''
  const message = `the name of a setting has no =: ${path} is one`
  return new UsageError('UNKNOWN_SETTING', message, `${command} ${path}${rest}`)
}

const variableOf = (text: string) => ({ kind: 'variable', text }) as const

/** Returns what a file is checked with that has a setting of this name: the host's sections, and that of the miner it names. */
export async function sectionsWith(name: string, miners: MinerCatalogue): Promise<CheckedSections> {
  const miner = await miners.get(name.split('.', 1)[0]!)?.load()
  return checkedSections(miners, miner)
}

/** Returns the command that has the effect of an old name with a value; undefined where it has none by itself. */
function translated(setting: Setting, spelling: Spelling, word: string | undefined): string | undefined {
  if (spelling.value === undefined || spelling.implies || word === undefined || holdsSecret(setting.shape))
    return undefined
  const value = resolveAlias(spelling, word, () => {})
  return value === undefined ? undefined : `miner config set ${setting.path} ${shellWord(value)}`
}

/** Says that a table lacks an entry, and names the one that was meant. */
export function noEntry(
  part: Part,
  { code, entries }: { readonly code: 'UNKNOWN_SETTING' | 'NOT_SET'; readonly entries: readonly string[] },
): UsageError {
  const { setting, entry = '' } = part
  const like = closest(entry, entries)
  const instead =
    like === undefined ? `miner config get ${setting.path}` : `use ${escapeName(partName({ setting, entry: like }))}`
  return new UsageError(code, `${setting.path} has no entry ${quote(entry)}`, instead)
}
