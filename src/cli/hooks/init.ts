import type { Command, Hook } from '@oclif/core'
import { wantsJson } from '../../config/layers/argv.js'
import { UsageError } from '../errors/usage-error.js'
import type { Reader } from '../flags/setting-flags.js'

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
  const [{ addSettingFlags }, { lookUpFirst, openRunScope, readLayers }] = await Promise.all([
    import('../flags/help-flags.js'),
    import('../open-scope.js'),
  ])
  const layers = await readLayers(argv, config.configDir)
  const lookup = lookUpFirst(layers)
  await using scope = await openRunScope(config, lookup)
  const commands = config.commands.filter((command): command is Command.Loadable & Reader => 'reads' in command)
  const chosenBy = id === 'help' ? lookUpFirst({ ...layers, file: null }) : lookup
  await addSettingFlags(commands, { scope, chosenBy: completes ? null : chosenBy })
}

export default hook
