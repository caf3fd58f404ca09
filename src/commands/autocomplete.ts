import { Args, Flags } from '@oclif/core'
import { MinerCommand } from '../cli/command.js'
import { type Shell, shells, writeScripts } from '../cli/completion/write-scripts.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { columnsOf, fill } from '../text/fill.js'

export default class Autocomplete extends MinerCommand {
  static override summary = 'Set up the completion of your shell.'
  static override description =
    'Writes the completion of bash, zsh and PowerShell, and prints the line that makes a shell read its own. Installing, updating or removing a plugin writes it again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> zsh',
    '<%= config.bin %> <%= command.id %> --refresh-cache',
  ]
  static override args = {
    SHELL: Args.string({ description: 'bash, zsh or powershell; by default the shell in use', ignoreStdin: true }),
  }
  static override flags = {
    'refresh-cache': Flags.boolean({ char: 'r', description: 'only write the completion again' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Autocomplete)
    const refreshes = flags['refresh-cache']
    const shell = args.SHELL ?? (refreshes ? shells[0] : this.config.shell)
    if (!isShell(shell)) throw noCompletion(shell, args.SHELL === undefined)
    const { startup, line } = (await writeScripts(this.config))[shell]
    if (refreshes) return {}
    const text = `To complete ${this.config.bin} in ${shell}, add this line to ${startup} and open a new shell:`
    this.log(`${fill(text, { width: columnsOf(process.stdout) })}\n\n  ${line}`)
    return { shell, startup, line }
  }
}

function isShell(name: string): name is Shell {
  return shells.some(shell => shell === name)
}

/** Does not repeat the name that was typed: it may be a secret. */
function noCompletion(name: string, isInUse: boolean): UsageError {
  const what = isInUse && /^[\w-]{1,20}$/.test(name) ? `the shell in use, ${name}` : 'that shell'
  const hint = `name one of ${shells.join(', ')}`
  return new UsageError('INVALID_VALUE', `there is no completion for ${what}`, hint)
}
