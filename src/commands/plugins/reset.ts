import { Flags } from '@oclif/core'
import { resetPlugins } from '../../cli/plugins/change-plugins.js'
import { npmFlags, PluginsCommand } from '../../cli/plugins-command.js'

export default class PluginsReset extends PluginsCommand {
  static override summary = 'Uninstall all plugins, and remove all links.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --hard --reinstall',
  ]
  static override flags = {
    hard: Flags.boolean({ description: "delete npm's files, too, when it can no longer uninstall by itself" }),
    reinstall: Flags.boolean({ description: 'install and link the same plugins again' }),
    ...npmFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PluginsReset)
    const plugins = await this.change(async changing => {
      const changes = await resetPlugins({ ...changing, ...flags })
      this.logChanges(changes)
      if (changes.length === 0) this.log('No plugins installed.')
      return changes
    }, flags)
    return { plugins }
  }
}
