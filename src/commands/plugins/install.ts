import { Args, Flags } from '@oclif/core'
import { formatMessage } from '../../cli/errors/format-message.js'
import { UsageError } from '../../cli/errors/usage-error.js'
import { installPlugin } from '../../cli/plugins/change-plugins.js'
import { packageSpec } from '../../cli/plugins/install-args.js'
import { PluginsCommand, scriptFlags } from '../../cli/plugins-command.js'
import { escapeControls } from '../../text/escape.js'

export default class PluginsInstall extends PluginsCommand {
  static override summary = 'Install plugins with npm.'
  static override description =
    `PACKAGE is a name, name@version, the path of a tarball or a folder, or a git repository.

MINER_NPM_REGISTRY names another registry. Install scripts run as this user. Their environment lacks MINER_… variables and those that hold secrets of this program. npm_config_ignore_scripts=true skips them.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> miner-shout',
    '<%= config.bin %> <%= command.id %> miner-shout@1.0.0 ./dialect-haiku',
    '<%= config.bin %> <%= command.id %> git+https://host/miner-shout.git',
  ]
  static override aliases = ['plugins:add']
  static override strict = false
  static override args = {
    PACKAGE: Args.string({
      description: 'what to install; several are installed one after the other',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    force: Flags.boolean({ char: 'f', description: 'fetch packages even if npm has copies' }),
    ...scriptFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(PluginsInstall)
    if (argv.length === 0 || argv.includes(''))
      throw new UsageError('PACKAGE_MISSING', 'the package to install is missing', 'miner plugins:install miner-shout')
    const specs = argv.map(word => packageSpec(String(word)))
    const plugins = await this.change(async ({ folder, npm, changes }) => {
      for (const spec of specs) {
        process.stderr.write(
          `npm installs ${escapeControls(spec)} and what it depends on. Unless npm_config_ignore_scripts=true is set, it runs
their install scripts (preinstall, install, postinstall; of git, prepare) as this user: they can read its files, and every
variable but MINER_… and those that hold secrets of this program.
The plugin's own code runs when its miner or dialect is used, listed or completed.\n`,
        )
        const { withScripts, hasSecondHost, ...change } = await installPlugin(spec, { folder, npm, force: flags.force })
        const names = withScripts.map(escapeControls).join(', ')
        if (names) process.stderr.write(`packages with install scripts: ${names}\n`)
        if (hasSecondHost) warnOfSecondHost(change.name)
        this.logChanges([change])
        changes.push(change)
      }
    }, flags)
    return { plugins }
  }
}

function warnOfSecondHost(name: string): void {
  const message = `${name} made npm install bittensor-miner a second time: it is a peer dependency that is not optional`
  const hint = 'ask its author to mark it optional in peerDependenciesMeta; the second one is never used'
  process.stderr.write(formatMessage({ label: 'warning', message, hint }))
}
