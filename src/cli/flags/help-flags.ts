import type { Command } from '@oclif/core'
import type { HostSection } from '../../app/settings.js'
import { type Reader, sectionNamesOf } from './reader.js'

/** The flag of a setting as oclif's metadata has it: plain data, so that the build can write it to a file. */
export type HelpFlag = { readonly path: string; readonly flag: Command.Flag.Cached }

/** The flags that help and completion add to those of the commands. */
export type HelpFlags = {
  readonly host: Readonly<Record<HostSection, readonly HelpFlag[]>>
  /** of each miner whose flags are shown: two of them may have a flag in common, and the first one's is shown */
  readonly miners: readonly (readonly HelpFlag[])[]
}

/**
 * Adds the flags of settings to the metadata of commands: a command's own flags come first, then the host's, then the
 * miner's, which are many, and last those of the log, of plugins and of limits.
 */
export function addHelpFlags(commands: readonly (Command.Loadable & Reader)[], { host, miners }: HelpFlags): void {
  for (const command of commands) {
    const { config, json, ...flags } = command.flags
    const add = (added: readonly HelpFlag[]) => {
      for (const { path, flag } of added) flags[flag.name] ??= isUsed(command, path) ? flag : { ...flag, hidden: true }
    }
    const sections = sectionNamesOf(command)
    for (const section of sections) if (!isLast(section)) add(host[section])
    Object.assign(flags, config && { config }, json && { json })
    if (command.usesMiner) miners.forEach(add)
    for (const section of sections) if (isLast(section)) add(host[section])
    command.flags = flags
  }
}

/** Returns whether a command does something with a setting of its sections. */
function isUsed({ fewOf }: Reader, path: string): boolean {
  const [section, key] = path.split('.')
  const used = fewOf?.[section as HostSection]
  return !used || used.includes(key!)
}

function isLast(section: HostSection): boolean {
  return ['log', 'logFile', 'plugins', 'limits'].includes(section)
}
