import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '@oclif/core'
import { makeFolder } from '../../create/make-folder.js'
import { shellQuoted } from '../../text/shell-word.js'
import { UsageError } from '../errors/usage-error.js'
import { bashCompletion } from './bash.js'
import { completedCommands } from './completed-commands.js'
import { powershellCompletion, powershellQuoted } from './powershell.js'
import { zshCompletion } from './zsh.js'

/** A shell that is completed, and how it is set up. */
export type CompletedShell = {
  /** the file that the shell runs when it starts */
  readonly startup: string
  /** what to add to that file */
  readonly line: string
}

export const shells = ['bash', 'zsh', 'powershell'] as const
export type Shell = (typeof shells)[number]

/**
 * Writes the completion of each shell into the cache folder.
 *
 * @returns how to set each shell up
 * @throws {UsageError} CACHE_UNWRITABLE
 */
export async function writeScripts(config: Config): Promise<Record<Shell, CompletedShell>> {
  const { bin } = config
  const folder = join(config.cacheDir, 'autocomplete', 'functions')
  const bash = join(folder, 'bash', `${bin}.bash`)
  const zsh = join(folder, 'zsh', `_${bin}`)
  const powershell = join(folder, 'powershell', `${bin}.ps1`)
  const commands = completedCommands(config)
  try {
    for (const [file, script] of [
      [bash, bashCompletion(bin, commands)],
      [zsh, zshCompletion(bin, commands)],
      [powershell, powershellCompletion(bin, commands)],
    ] as const) {
      await makeFolder(dirname(file))
      await writeFile(file, script)
    }
  } catch (error) {
    const { code, path = folder } = error as NodeJS.ErrnoException
    const hint = 'let MINER_CACHE_DIR name a folder that this user can write to'
    throw new UsageError('CACHE_UNWRITABLE', `cannot write ${path}: ${code}`, hint)
  }
  return {
    bash: { startup: '~/.bashrc', line: `test -f ${shellQuoted(bash)} && source ${shellQuoted(bash)}` },
    zsh: { startup: '~/.zshrc', line: `fpath=(${shellQuoted(dirname(zsh))} $fpath); autoload -Uz compinit; compinit` },
    powershell: {
      startup: '$PROFILE',
      line: `if (Test-Path -LiteralPath ${powershellQuoted(powershell)}) { . ${powershellQuoted(powershell)} }`,
    },
  }
}
