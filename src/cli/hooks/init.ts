import type { Command, Hook } from '@oclif/core'
import { wantsJson } from '../../config/layers/argv.js'
import { reportOf } from '../errors/error-report.js'
import { formatMessage } from '../errors/format-message.js'
import { UsageError } from '../errors/usage-error.js'
import { findBuiltInFlags } from '../flags/built-in-flags.js'
import { addHelpFlags, type HelpFlags } from '../flags/help-flags.js'
import type { Reader } from '../flags/reader.js'

/**
 * Adds the flags of settings before help or completion reads the commands' metadata: that is cached, and cannot know the
 * flags of installed miners.
 *
 * A topic without a command prints help, too; under `--json` that is an error, because help is not JSON.
 */
const hook: Hook<'init'> = async ({ id = '', argv, config }) => {
  const completes = id === 'autocomplete'
  const helps = id === 'help' || (argv.length > 0 && [id, ...argv].some(word => word === '--help' || word === '-h'))
  if (!helps && config.findTopic(id) && !config.findCommand(id) && wantsJson(argv))
    throw new UsageError('COMMAND_MISSING', `\`miner ${id}\` needs a command after it`, `miner ${id} --help`)
  if (id === 'help' && wantsJson(argv) && argv.includes('--json'))
    throw new UsageError('UNKNOWN_FLAG', 'help has no --json, because it is text for people', 'miner help')
  if (!completes && !helps) return
  const commands = config.commands.filter((command): command is Command.Loadable & Reader => 'reads' in command)
  // Help may name its command anywhere: `--help config show`, `help -n config:show`.
  const words = new Set([id, ...argv].map(firstWord))
  const asked = completes ? commands : commands.filter(({ id }) => words.has(firstWord(id)))
  const shown = commands.find(one => one.id === (id === 'help' ? argv[0] : id))
  const flags = (await findBuiltInFlags({ argv, config, allMiners: completes })) ?? (await flagsOfRun())
  addHelpFlags(asked, flags)

  async function flagsOfRun(): Promise<HelpFlags> {
    const [{ describeHelpFlags }, { lookUpFirst, openRunScope, readLayers }] = await Promise.all([
      import('../flags/describe-help-flags.js'),
      import('../open-scope.js'),
    ])
    const layers = await readLayers(argv, config.configDir)
    const lookup = lookUpFirst(layers)
    await using scope = await openRunScope(config, lookup)
    const onFailure = (error: unknown) => shown?.usesMiner && warnOfOtherFlags(error)
    return await describeHelpFlags(scope, { chosenBy: completes ? null : lookup, onFailure })
  }
}

/** Returns `config` for `config:show`. */
function firstWord(id: string): string | undefined {
  return id.split(':')[0]
}

/** Help of a miner that cannot be chosen shows the flags of the default one. */
function warnOfOtherFlags(error: unknown): void {
  const { message, hint } = reportOf(error) ?? { message: String(error) }
  const warning = `the flags of the default miner are shown, because ${message}`
  process.stderr.write(formatMessage({ label: 'warning', message: warning, hint }))
}

export default hook
