import { resolve } from 'node:path'
import { editToml } from '../../config/edit/edit-toml.js'
import { editYaml } from '../../config/edit/edit-yaml.js'
import { type FileContent, isYaml, parseFile } from '../../config/layers/config-file.js'
import { yamlEntries } from '../../config/layers/yaml-layer.js'
import { catalogOf } from '../../config/schema/catalog.js'
import type { Section } from '../../config/schema/section.js'
import type { Setting } from '../../config/schema/setting.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'
import { type OpenFile, writeConfigFile } from './config-file.js'
import { type CheckedSections, requireNoNewProblems } from './file-problems.js'

/** A new value of a setting, as a file holds it; undefined removes the setting. */
export type SettingChange = { readonly setting: Setting; readonly value: unknown }

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
  const { content } = file
  const after = await editedText(file, changes)
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
  for (const change of changes) text = await edited(path, text, change)
  return text
}

function parsed({ path, content }: OpenFile, text: string): Promise<FileContent> {
  return parseFile({ path: resolve(path), text, mode: content?.mode ?? 0o600 })
}

async function edited(path: string, text: string, { setting, value }: SettingChange): Promise<string> {
  const edit = isYaml(path) ? editYaml : editToml
  const after = await edit(text, { ...placeOf(setting), value })
  if (after !== undefined) return after
  const message = `${setting.path} cannot be changed in ${escapeName(path)} without touching other lines`
  throw new UsageError('NOT_EDITABLE', message, 'miner config edit')
}

/** Refuses a setting that the file has under another name, such as `axon.max_workers`. */
function requireOwnName({ path, content }: OpenFile, setting: Setting, sections: readonly Section[]): void {
  if (content === null) return
  const catalog = catalogOf(sections, [])
  const names = content.format === 'yaml' ? new Map([...catalog.oldKeys, ...catalog.keys]) : catalog.keys
  const alias = yamlEntries(content.table, catalog).find(([key, value]) => {
    const { setting: meant, spelling } = names.get(key) ?? {}
    return value !== null && spelling !== undefined && meant?.path === setting.path
  })
  if (!alias) return
  const message = `${setting.path} stands in ${escapeName(path)} under another name, ${escapeName(alias[0])}`
  throw new UsageError('NOT_EDITABLE', message, 'miner config edit')
}

function placeOf({ section, fileKeys }: Setting) {
  return { section, keys: fileKeys.map(key => key.slice(section === '' ? 0 : section.length + 1)) }
}
