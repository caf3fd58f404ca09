import { dirname } from 'node:path'
import type { Declared } from '../../plugin/load/discover.js'
import type { Service } from '../../service/service.js'
import { shellWord } from '../../text/shell-word.js'
import { isWithin } from './find-log-file.js'

/** Shell commands for the operator, and what they are for; without commands, what the operator should know. */
export type NextStep = { readonly why: string; readonly commands?: readonly string[] }

/** Where a command puts its files, and what else has to be there. */
export type StepOptions = {
  /** that of `--write`, or the working directory */
  readonly folder: string
  /** whether the files are written there */
  readonly isWritten: boolean
  /** the plugins of the miner and the dialect in use */
  readonly plugins: readonly Declared[]
}

/** Returns what the operator should know of the program and the hotkey. */
export function notes({ program, owner, logFile }: Service): readonly NextStep[] {
  const notes: NextStep[] = []
  if (logFile && isWithin(logFile.path, dirname(dirname(program))))
    notes.push({
      why: 'The log file is in the folder of the program, with which npm may remove it: /var/log has room for it.',
    })
  if (/[\\/]_npx[\\/]/.test(program))
    notes.push({ why: 'This copy is in the cache of npx, which npm may empty: npm install --global bittensor-miner' })
  if (owner.uid === 0)
    notes.push({ why: 'The hotkey belongs to root, and so the miner runs as root: a user of its own is safer.' })
  return notes
}

/** The miner itself makes no folder for its log, and Docker mounts none that is missing. */
export function makingLogFolder({ logFile, owner }: Service): readonly NextStep[] {
  if (logFile?.folder !== 'missing') return []
  const given = ['-m', '0700', '-o', String(owner.uid), '-g', String(owner.gid)]
  return [
    {
      why: 'Make the folder of the log file, which the miner writes:',
      commands: [shell('sudo', 'install', '-d', ...given, dirname(logFile.path))],
    },
  ]
}

/** The service has a folder of data of its own, so it needs plugins of its own. */
export function installing(
  plugins: readonly Declared[],
  miner: (words: readonly string[]) => string,
  { before = [], seesLinks }: { readonly before?: readonly string[]; readonly seesLinks: boolean },
): readonly NextStep[] {
  const packages = [...new Map(plugins.map(({ from }) => [from.package, from])).values()]
  const unseen = packages.filter(({ type }) => type === 'link' && !seesLinks)
  const commands = packages
    .filter(one => !unseen.includes(one))
    .map(({ package: name, version, root, type }) =>
      miner(type === 'link' ? ['plugins', 'link', root] : ['plugins', 'install', `${name}@${version}`]),
    )
  const why = 'Install the plugins that it uses to its own folder of data:'
  return [
    ...unseen.map(({ package: name, root }) => ({
      why: `The plugin ${name} is linked from ${root}, which a container does not see: install it from a registry or a repository.`,
    })),
    ...(commands.length > 0 ? [{ why, commands: [...before, ...commands] }] : []),
  ]
}

/** Returns a command of the shell. */
export function shell(...words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
