import { Flags } from '@oclif/core'
import { table } from '../../cli/output/table.js'
import { describePlugins } from '../../cli/plugins/describe-plugins.js'
import { PluginsCommand } from '../../cli/plugins-command.js'
import { escapeControls } from '../../text/escape.js'

export default class Plugins extends PluginsCommand {
  static override summary = 'List the installed and linked plugins.'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override flags = { core: Flags.boolean({ description: 'also list those that came with this program' }) }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Plugins)
    const loaded = this.config.getPluginsList()
    const plugins = await describePlugins(loaded, { folder: this.folder, core: flags.core, host: this.config.name })
    if (plugins.length === 0) this.log('No plugins installed.')
    else
      this.log(
        table(
          plugins.map(({ name, version, type, path, tag, url }) => ({
            name: escapeControls(name),
            version: escapeControls(version ?? 'cannot be loaded'),
            from: escapeControls(type === 'link' ? path : (url ?? tag ?? 'this program')),
          })),
        ),
      )
    return { plugins }
  }
}
