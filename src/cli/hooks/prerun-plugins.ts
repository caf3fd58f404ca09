import type { Hook } from '@oclif/core'
import { UsageError } from '../errors/usage-error.js'
import { linkedFolder, packageSpec } from '../plugins/install-args.js'
import { packageFault } from '../plugins/unloadable.js'

/** Before oclif installs or links a plugin: checks the folder, and rewrites package names for oclif and npm. */
const hook: Hook<'prerun'> = async ({ Command, argv }) => {
  if (Command.id === 'plugins:link') {
    const fault = packageFault(linkedFolder(argv))
    if (fault) throw new UsageError('NO_PLUGIN', fault, 'give the folder of a plugin; docs/plugins.md shows one')
  }
  if (Command.id !== 'plugins:install') return
  const { ux } = await import('@oclif/core')
  // In place, because the command reads this same array; none of its flags takes a value.
  argv.splice(0, argv.length, ...argv.map(word => (word.startsWith('-') ? word : packageSpec(word))))
  // oclif prints npm's output to standard output, which must hold only JSON under `--json`…
  Object.assign(ux, { stdout: ux.stderr })
  // …and prints its own error, which would keep the `finally` hook from reporting the real cause.
  Object.assign(Command.prototype, { catch: (error: unknown) => Promise.reject(error) })
}

export default hook
