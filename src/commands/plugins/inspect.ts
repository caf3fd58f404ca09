import { Args } from '@oclif/core'
import { rows } from '../../cli/output/table.js'
import { findPlugin } from '../../cli/plugins/change-plugins.js'
import { dependenciesOf, describePlugins } from '../../cli/plugins/describe-plugins.js'
import { PluginsCommand } from '../../cli/plugins-command.js'
import { escapeControls } from '../../text/escape.js'

export default class PluginsInspect extends PluginsCommand {
  static override summary = 'Show what a plugin brings, where it is, and what it depends on.'
  static override examples = ['<%= config.bin %> <%= command.id %> miner-shout']
  static override strict = false
  static override args = {
    PLUGIN: Args.string({
      description: 'its name, or the folder of a linked plugin',
      default: '.',
      ignoreStdin: true,
    }),
  }

  async run(): Promise<unknown> {
    const { argv } = await this.parse(PluginsInspect)
    const all = await describePlugins(this.config.getPluginsList(), this.folder)
    const found = all.map(plugin => ({ ...plugin, root: plugin.path }))
    const chosen = (argv.length > 0 ? argv.map(String) : ['.']).map(word => {
      const { root: _root, ...plugin } = findPlugin(word, found)
      return plugin
    })
    const plugins = await Promise.all(
      chosen.map(async plugin => ({ ...plugin, dependencies: await dependenciesOf(plugin.path) })),
    )
    for (const { name, version, path, miners, dialects, commands, dependencies } of plugins) {
      const depends = Object.entries(dependencies).map(
        ([of, { range, version }]) => `${of} ${range} → ${version ?? 'none'}`,
      )
      const lists = Object.entries({ miners, dialects, commands, dependencies: depends })
      this.log(
        escapeControls(`${name} ${version ?? 'cannot be loaded'}`) +
          `\n${rows([['folder', path], ...lists.filter(([, list]) => list.length > 0)])}`.trimEnd(),
      )
    }
    return { plugins }
  }
}
