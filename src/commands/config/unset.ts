import { noteOverride } from '../../cli/config/before-change.js'
import { changeSettings } from '../../cli/config/change-settings.js'
import { ConfigCommand, keyArg } from '../../cli/config/config-command.js'

export default class ConfigUnset extends ConfigCommand {
  static override summary = 'Remove a setting from the configuration file.'
  static override description = 'Keeps the comments and the other lines of the file. The default holds again.'
  static override examples = ['<%= config.bin %> <%= command.id %> axon.port']
  static override args = keyArg

  async run(): Promise<unknown> {
    const { args } = await this.parse(ConfigUnset)
    const { file, scope: opened } = await this.openFile()
    await using scope = opened
    const named = await this.settingOf(args.KEY, scope)
    const { setting } = named
    const isChanged = file.content !== null && (await changeSettings(file, [{ setting, value: undefined }], named))
    noteOverride(setting)
    return { path: setting.path, file: file.path, changed: isChanged }
  }
}
