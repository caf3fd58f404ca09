import { Flags } from '@oclif/core'
import { resetPlugins } from '../../cli/plugins/change-plugins.js'
import { PluginsCommand, scriptFlags } from '../../cli/plugins-command.js'

export default class PluginsReset extends PluginsCommand {
  static override summary = 'Uninstall all plugins, and remove all links.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --hard --reinstall',
  ]
  static override flags = {
    hard: Flags.boolean({ description: "also delete npm's files, for when npm can no longer uninstall" }),
    reinstall: Flags.boolean({ description: 'install and link the same plugins again' }),
    ...scriptFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PluginsReset)
    const plugins = await this.change(async changing => {
      changing.changes.push(...(await resetPlugins({ ...changing, ...flags })))
      this.logChanges(changing.changes)
      if (changing.changes.length === 0) this.log('No plugins installed.')
    }, flags)
    return { plugins }
  }
}
