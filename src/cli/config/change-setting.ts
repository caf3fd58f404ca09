import { resolve } from 'node:path'
import { editToml } from '../../config/edit/edit-toml.js'
import { editYaml } from '../../config/edit/edit-yaml.js'
import { isYaml, parseFile } from '../../config/layers/config-file.js'
import { yamlEntries } from '../../config/layers/yaml-layer.js'
import { catalogOf } from '../../config/schema/catalog.js'
import type { Setting } from '../../config/schema/setting.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'
import { type OpenFile, writeConfigFile } from './config-file.js'
import { requireNoNewProblems } from './file-problems.js'
import type { NamedSetting } from './named-setting.js'

/**
 * Changes a setting in the configuration file; undefined removes it.
 *
 * @param value as a file holds it
 * @returns whether the file was changed
 * @throws {ConfigError} CONFIG_INVALID when the file is wrong with the change, and was not before
 * @throws {UsageError} NOT_EDITABLE · FILE_CHANGED · FILE_UNWRITABLE
 */
export async function changeSetting(file: OpenFile, named: NamedSetting, value: unknown): Promise<boolean> {
  const { path, content } = file
  const before = content?.text ?? ''
  const alias = aliasIn(content, named)
  if (alias !== undefined) {
    const message = `${named.setting.path} stands in ${escapeName(path)} under another name, ${escapeName(alias)}`
    throw new UsageError('NOT_EDITABLE', message, 'miner config edit')
  }
  const edit = isYaml(path) ? editYaml : editToml
  const after = await edit(before, { ...placeOf(named.setting), value })
  if (after === undefined) {
    const message = `${named.setting.path} cannot be changed in ${escapeName(path)} without touching other lines`
    throw new UsageError('NOT_EDITABLE', message, 'miner config edit')
  }
  if (after === before) return false
  const changed = await parseFile({ path: resolve(path), text: after, mode: content?.mode ?? 0o600 })
  await requireNoNewProblems(content, changed, named)
  await writeConfigFile(file, after)
  return true
}

/** Returns the other name under which a file has the setting: `axon.max_workers`. */
function aliasIn(content: OpenFile['content'], { setting, sections }: NamedSetting): string | undefined {
  if (content === null) return undefined
  const catalog = catalogOf(sections, [])
  const names = content.format === 'yaml' ? new Map([...catalog.oldKeys, ...catalog.keys]) : catalog.keys
  const found = yamlEntries(content.table, catalog).find(([key, value]) => {
    const { setting: meant, spelling } = names.get(key) ?? {}
    return value !== null && spelling !== undefined && meant?.path === setting.path
  })
  return found?.[0]
}

function placeOf({ section, fileKeys }: Setting) {
  return { section, keys: fileKeys.map(key => key.slice(section === '' ? 0 : section.length + 1)) }
}
