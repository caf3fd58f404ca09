import { Args } from '@oclif/core'
import { UsageError } from '../../cli/errors/usage-error.js'
import { uninstallPlugins } from '../../cli/plugins/change-plugins.js'
import { npmFlags, PluginsCommand } from '../../cli/plugins-command.js'

export default class PluginsUninstall extends PluginsCommand {
  static override summary = 'Uninstall plugins, or remove their links.'
  static override examples = ['<%= config.bin %> <%= command.id %> miner-shout']
  static override aliases = ['plugins:unlink', 'plugins:remove']
  static override strict = false
  static override args = {
    PLUGIN: Args.string({ description: 'its name, or the folder of a linked plugin', ignoreStdin: true }),
  }
  static override flags = npmFlags

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(PluginsUninstall)
    if (argv.length === 0)
      throw new UsageError('PACKAGE_MISSING', 'the plugin to uninstall is missing', '`miner plugins` lists them')
    const plugins = await this.change(async changing => {
      changing.changes.push(...(await uninstallPlugins(argv.map(String), changing)))
      this.logChanges(changing.changes)
    }, flags)
    return { plugins }
  }
}
