import { table } from '../../cli/output/table.js'
import { describePlugins } from '../../cli/plugins/describe-plugins.js'
import { PluginsCommand } from '../../cli/plugins-command.js'
import { escapeControls } from '../../text/escape.js'

export default class Plugins extends PluginsCommand {
  static override summary = 'List the installed and linked plugins.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<unknown> {
    await this.parse(Plugins)
    const plugins = await describePlugins(this.config.getPluginsList(), this.folder)
    if (plugins.length === 0) this.log('No plugins installed.')
    else
      this.log(
        table(
          plugins.map(({ name, version, type, path, tag, url }) => ({
            name: escapeControls(name),
            version: escapeControls(version ?? 'cannot be loaded'),
            from: escapeControls(type === 'link' ? path : (url ?? tag ?? 'unknown')),
          })),
        ),
      )
    return { plugins }
  }
}
