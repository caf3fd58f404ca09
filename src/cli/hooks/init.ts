import type { Command, Hook } from '@oclif/core'
import type { Reader } from '../sections-of.js'

/**
 * Help and completion read cached metadata, which cannot know the settings' flags: those of the miners are among them.
 * So they are added before either looks. A plugin that comes or goes makes oclif write the completion anew.
 */
const hook: Hook<'init'> = async ({ id = '', argv, config }) => {
  const completes = /^(autocomplete|plugins:)/.test(id)
  const helps = id === 'help' || (argv.length > 0 && [id, ...argv].some(word => word === '--help' || word === '-h'))
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
