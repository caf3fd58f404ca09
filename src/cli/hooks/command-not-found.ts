import type { Hook } from '@oclif/core'
import { closest } from '../../text/closest.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Reports an unknown command. oclif joins words with `:`, so `miner serve extra` asks for `serve:extra`: then the command
 * exists, and the word after it is the mistake, unless it is a topic as well (`plugins`). A word that does not look like a
 * command is not repeated: it may be a question or a secret.
 */
const hook: Hook<'command_not_found'> = async ({ id, config }) => {
  const [first = '', ...more] = id.split(':')
  for (let known = more.length; known > 0; known--) {
    const words = [first, ...more.slice(0, known - 1)]
    const id = words.join(':')
    if (!config.findCommand(id)) continue
    // A command that is a topic, too: the word after it is a misspelled subcommand.
    if (config.commandIDs.some(other => other.startsWith(`${id}:`))) break
    const command = `miner ${words.join(' ')}`
    throw new UsageError('UNEXPECTED_ARGUMENT', `\`${command}\` takes no argument`, `${command} --help`)
  }
  if (first.startsWith('-')) throw new UsageError('COMMAND_MISSING', 'flags go after a command', 'miner help')
  // `explain` is `policy explain`, as long as no other topic has one.
  const [ofTopic, another] = config.commandIDs.filter(other => other.endsWith(`:${first}`))
  const only = another === undefined ? ofTopic : undefined
  const like = (closest(id, config.commandIDs) ?? closest(first, config.commandIDs) ?? only)?.replaceAll(':', ' ')
  const isTopic = config.findTopic(first) !== undefined
  const what = isTopic
    ? `such command in \`miner ${first}\``
    : /^[a-z-]{1,20}$/.test(first)
      ? `command ${first}`
      : 'such command'
  const help = isTopic ? `miner ${first} --help` : 'miner help'
  throw new UsageError('UNKNOWN_COMMAND', `there is no ${what}`, like ? `miner ${like}` : help)
}

export default hook
