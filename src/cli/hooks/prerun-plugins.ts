import type { Hook } from '@oclif/core'
import { UsageError } from '../errors/usage-error.js'
import { linkedFolder, packageSpec } from '../plugins/install-args.js'
import { packageFault } from '../plugins/unloadable.js'

/** Before a command of oclif's that brings plugins: what was typed becomes what oclif and npm take it for. */
const hook: Hook<'prerun'> = async ({ Command, argv }) => {
  if (Command.id === 'plugins:link') {
    const fault = packageFault(linkedFolder(argv))
    if (fault) throw new UsageError('NO_PLUGIN', fault, 'give the folder of a plugin, as docs/plugins.md shows one')
  }
  if (Command.id !== 'plugins:install') return
  const { ux } = await import('@oclif/core')
  // In place, because the command gets this very array; none of its flags takes a value.
  argv.splice(0, argv.length, ...argv.map(word => (word.startsWith('-') ? word : packageSpec(word))))
  // oclif prints npm's words to standard output, where only JSON may be under `--json`…
  Object.assign(ux, { stdout: ux.stderr })
  // …and its own error, which would keep the `finally` hook from telling what really went wrong.
  Object.assign(Command.prototype, { catch: (error: unknown) => Promise.reject(error) })
}

export default hook
