import { existsSync } from 'node:fs'
import { ConfigCommand } from '../../cli/config/config-command.js'
import { escapeControls } from '../../text/escape.js'

export default class ConfigPath extends ConfigCommand {
  static override summary = 'Print the path of the configuration file, which need not exist.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<unknown> {
    await this.parse(ConfigPath)
    this.log(escapeControls(this.path))
    return { path: this.path, exists: existsSync(this.path) }
  }
}
