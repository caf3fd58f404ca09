import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { formatMessage } from '../../cli/errors/format-message.js'
import { UsageError } from '../../cli/errors/usage-error.js'
import { linkPlugin } from '../../cli/plugins/change-plugins.js'
import { packageFault } from '../../cli/plugins/unloadable.js'
import { PluginsCommand, scriptFlags } from '../../cli/plugins-command.js'
import { escapeControls } from '../../text/escape.js'

export default class PluginsLink extends PluginsCommand {
  static override summary = 'Link a folder as a plugin, to develop it.'
  static override description =
    'A build in the folder takes effect at once. A linked plugin replaces an installed one of the same name.'
  static override examples = ['<%= config.bin %> <%= command.id %> .']
  static override args = {
    FOLDER: Args.string({ description: 'the folder with its package.json', default: '.', ignoreStdin: true }),
  }
  static override flags = {
    install: Flags.boolean({
      description: 'install the dependencies that its package-lock.json names',
      allowNo: true,
      default: true,
    }),
    ...scriptFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PluginsLink)
    const root = resolve(args.FOLDER)
    const fault = packageFault(root)
    if (fault) throw new UsageError('NO_PLUGIN', fault, 'give the folder of a plugin; docs/plugins.md shows one')
    const plugins = await this.change(
      async ({ folder, npmIn, changes }) => {
        if (flags.install) {
          if (existsSync(join(root, 'package-lock.json'))) await npmIn(root, 'install')
          else if (!existsSync(join(root, 'node_modules'))) warnOfDependencies(root)
        }
        const plugin = await linkPlugin(root, folder)
        this.log(escapeControls(`linked ${plugin.name} ${plugin.version ?? ''}`.trimEnd()))
        changes.push(plugin)
      },
      { ...flags, only: root },
    )
    return { plugins }
  }
}

function warnOfDependencies(root: string): void {
  const message = `${root} has no package-lock.json and no node_modules`
  const hint = 'if the plugin has dependencies, install them there; --no-install stops this warning'
  process.stderr.write(formatMessage({ label: 'warning', message, hint }))
}
