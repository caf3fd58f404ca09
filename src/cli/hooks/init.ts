import type { Command, Hook } from '@oclif/core'
import type { Reader } from '../sections-of.js'
import { UsageError } from '../usage-error.js'
import { wantsJson } from '../wants-json.js'

/**
 * Help and completion read cached metadata, which cannot know the settings' flags: those of the miners are among them.
 * So they are added before either looks. A plugin that comes or goes makes oclif write the completion anew.
 *
 * A topic without a command is help, too; but no JSON document.
 */
const hook: Hook<'init'> = async ({ id = '', argv, config }) => {
  const completes = /^(autocomplete|plugins:)/.test(id)
  const helps = id === 'help' || (argv.length > 0 && [id, ...argv].some(word => word === '--help' || word === '-h'))
  if (!helps && config.findTopic(id) && !config.findCommand(id) && wantsJson(argv))
    throw new UsageError('COMMAND_MISSING', `\`miner ${id}\` needs a command behind it`, `miner ${id} --help`)
  if (!completes && !helps) return
  const [{ addSettingFlags }, { configFile }] = await Promise.all([
    import('../help-flags.js'),
    import('../config-file.js'),
  ])
  const commands = config.commands.filter((command): command is Command.Loadable & Reader => 'reads' in command)
  await addSettingFlags(commands, {
    argv,
    env: process.env,
    file: id === 'help' || completes ? null : configFile(argv, config.configDir),
    everyMiner: completes,
  })
}

export default hook
