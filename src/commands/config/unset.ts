import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { MINERS } from '../../app/tokens.js'
import { noteOverride } from '../../cli/config/before-change.js'
import { changeSettings, removeKey } from '../../cli/config/change-settings.js'
import { ConfigCommand, keyArg } from '../../cli/config/config-command.js'
import type { OpenFile } from '../../cli/config/config-file.js'
import { noEntry, sectionsWith } from '../../cli/config/named-setting.js'
import { pathOf } from '../../config/edit/edit.js'
import { entriesIn, findEntry, partName } from '../../config/edit/table-entry.js'
import { settingsOf } from '../../config/schema/setting.js'

export default class ConfigUnset extends ConfigCommand {
  static override summary = 'Remove a setting from the configuration file.'
  static override description =
    'Keeps the comments and the other lines of the file. The default holds again. Also removes an entry of a table, such as prices.gpt-4.1, and a key of the file that is not a setting.'
  static override examples = ['<%= config.bin %> <%= command.id %> axon.port']
  static override args = keyArg

  async run(): Promise<unknown> {
    const { args } = await this.parse(ConfigUnset)
    const { file, scope: opened } = await this.openFile()
    await using scope = opened
    const { KEY: key } = args
    const miners = scope.resolve(MINERS)
    if (await isStray(key, file, miners)) {
      const checked = await sectionsWith(key, miners)
      const isChanged = await removeKey(file, key, checked)
      await this.noteChange(file, scope, checked)
      return { path: key, file: file.path, changed: isChanged }
    }
    const named = await this.settingOf(key, scope)
    const { setting, entry } = named
    const entries = entriesIn(file.content?.table ?? {}, setting)
    if (entry !== undefined && !entries.includes(entry)) throw noEntry(named, { code: 'UNKNOWN_SETTING', entries })
    const isChanged = file.content !== null && (await changeSettings(file, [{ ...named, value: undefined }], named))
    noteOverride(setting)
    await this.noteChange(file, scope, named)
    return { path: partName(named), file: file.path, changed: isChanged }
  }
}

/** Returns whether a file has a key that is neither a setting, nor an entry of one, nor a table of settings. */
async function isStray(key: string, { content }: OpenFile, miners: MinerCatalogue): Promise<boolean> {
  if (!content || !pathOf(content.table, key)) return false
  const { sections, known } = await sectionsWith(key, miners)
  const isTable = [...sections, ...known].some(({ name }) => name === key)
  const settings = sections.flatMap(settingsOf)
  const named = findEntry(key, settings)
  const isEntry = named && entriesIn(content.table, named.setting).includes(named.entry)
  return !isTable && !isEntry && !settings.some(({ fileKeys }) => fileKeys.includes(key))
}
