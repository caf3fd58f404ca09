import { ConfigCommand } from '../../cli/config/config-command.js'
import { editConfig } from '../../cli/config/edit-config.js'

export default class ConfigEdit extends ConfigCommand {
  static override summary = 'Change the configuration file in an editor.'
  static override description =
    'Starts the editor that VISUAL or EDITOR names, or vi, on a copy that only you can read. The copy takes the place of the file if it can be used, and keeps the mode of the file.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<unknown> {
    await this.parse(ConfigEdit)
    const { file, scope: opened } = await this.openFile()
    await using scope = opened
    return { file: file.path, changed: await editConfig(file, scope) }
  }
}
