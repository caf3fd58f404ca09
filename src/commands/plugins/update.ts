import { Args } from '@oclif/core'
import { updatePlugins } from '../../cli/plugins/change-plugins.js'
import { PluginsCommand, scriptFlags } from '../../cli/plugins-command.js'

export default class PluginsUpdate extends PluginsCommand {
  static override summary = 'Update installed plugins, and reinstall those whose files are missing.'
  static override description =
    'A plugin that was installed as name@version stays at that version. Linked plugins are not updated: build them in their folders.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> miner-shout']
  static override strict = false
  static override args = { PLUGIN: Args.string({ description: 'its name; by default all', ignoreStdin: true }) }
  static override flags = scriptFlags

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(PluginsUpdate)
    const plugins = await this.change(async changing => {
      changing.changes.push(...(await updatePlugins(argv.map(String), changing)))
      this.logChanges(changing.changes)
      if (changing.changes.length === 0) this.log('No installed plugins to update.')
    }, flags)
    return { plugins }
  }
}
