import { resolve } from 'node:path'
import { pathOf } from '../../config/edit/edit.js'
import { editToml } from '../../config/edit/edit-toml.js'
import { editsOf, type Part, partName } from '../../config/edit/table-entry.js'
import { isRenaming } from '../../config/layers/alias.js'
import { type FileContent, isYaml, parseFile } from '../../config/layers/config-file.js'
import { yamlEntries } from '../../config/layers/yaml-layer.js'
import { catalogOf } from '../../config/schema/catalog.js'
import type { Section } from '../../config/schema/section.js'
import type { Setting } from '../../config/schema/setting.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'
import { type OpenFile, writeConfigFile } from './config-file.js'
import { type CheckedSections, requireNoNewProblems } from './file-problems.js'

/** A new value of a setting, or of an entry of it, as a file holds it; undefined removes it. */
export type SettingChange = Part & { readonly value: unknown }

/**
 * Changes settings in the configuration file, all at once.
 *
 * @param checked the sections that the file is checked with
 * @returns whether the file was changed
 * @throws {ConfigError} CONFIG_INVALID when the file is wrong with the changes, and was not before
 * @throws {UsageError} NOT_EDITABLE · FILE_CHANGED · FILE_UNWRITABLE
 */
export async function changeSettings(
  file: OpenFile,
  changes: readonly SettingChange[],
  checked: CheckedSections,
): Promise<boolean> {
  for (const { setting } of changes) requireOwnName(file, setting, checked.sections)
  return replaceText(file, await editedText(file, changes), checked)
}

/**
 * Removes a key that is not a setting from the configuration file.
 *
 * @param key with the names of its groups
 * @returns false when the file does not have it
 * @throws {UsageError} NOT_EDITABLE · FILE_CHANGED · FILE_UNWRITABLE
 */
export async function removeKey(file: OpenFile, key: string, checked: CheckedSections): Promise<boolean> {
  const place = pathOf(file.content?.table ?? {}, key)
  if (!file.content || !place) return false
  const { path, content } = file
  const [first = '', ...within] = place
  const after = await (await editorOf(path))(content.text, { section: '', keys: [first], within, value: undefined })
  if (after === undefined) throw notEditable(path, key)
  return replaceText(file, after, checked)
}

async function replaceText(file: OpenFile, after: string, checked: CheckedSections): Promise<boolean> {
  const { content } = file
  if (after === (content?.text ?? '')) return false
  await requireNoNewProblems(content, await parsed(file, after), checked)
  await writeConfigFile(file, after)
  return true
}

/**
 * Returns what the configuration file would hold after changes, without writing it.
 *
 * @throws {UsageError} NOT_EDITABLE
 */
export async function changedContent(file: OpenFile, changes: readonly SettingChange[]): Promise<FileContent> {
  return parsed(file, await editedText(file, changes))
}

async function editedText({ path, content }: OpenFile, changes: readonly SettingChange[]): Promise<string> {
  let text = content?.text ?? ''
  for (const change of changes) text = await edited({ path, content }, text, change)
  return text
}

function parsed({ path, content }: OpenFile, text: string): Promise<FileContent> {
  return parseFile({ path: resolve(path), text, mode: content?.mode ?? 0o600 })
}

async function editorOf(path: string) {
  return isYaml(path) ? (await import('../../config/edit/edit-yaml.js')).editYaml : editToml
}

async function edited(file: OpenFile, text: string, { value, ...part }: SettingChange): Promise<string> {
  const edit = await editorOf(file.path)
  const read = await parsed(file, text)
  const oldKeys = renamings(part.setting)
  for (const one of editsOf('table' in read ? read.table : {}, part, value)) {
    const after = await edit(text, { ...one, oldKeys })
    if (after !== undefined) return after
  }
  throw notEditable(file.path, partName(part))
}

function notEditable(path: string, key: string): UsageError {
  const message = `${escapeName(key)} cannot be changed in ${escapeName(path)} without touching other lines`
  return new UsageError('NOT_EDITABLE', message, 'miner config edit')
}

/**
 * Refuses a setting that the file has under an old name with values of its own, such as `miner.no_serve`. In TOML, which has
 * those of plugins only, it refuses every old name.
 */
function requireOwnName({ path, content }: OpenFile, setting: Setting, sections: readonly Section[]): void {
  if (content === null) return
  const catalog = catalogOf(sections, [])
  const isOld = content.format === 'yaml'
  const names = isOld ? new Map([...catalog.oldKeys, ...catalog.keys]) : catalog.keys
  const alias = yamlEntries(content.table, catalog).find(([key, value]) => {
    const { setting: meant, spelling } = names.get(key) ?? {}
    if (value === null || spelling === undefined || (isOld && isRenaming(spelling))) return false
    return meant?.path === setting.path
  })
  if (!alias) return
  const key = escapeName(alias[0])
  const message = `${setting.path} stands in ${escapeName(path)} under another name, ${key}, whose values differ`
  throw new UsageError('NOT_EDITABLE', message, `miner config unset ${key}`)
}

function renamings({ spellings }: Setting): readonly string[] {
  return spellings.filter(isRenaming).flatMap(({ key }) => key ?? [])
}
