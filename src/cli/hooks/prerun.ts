import type { Hook } from '@oclif/core'

/** Before a command of oclif's that brings plugins: what was typed becomes what oclif and npm take it for. */
const hook: Hook<'prerun'> = async ({ Command, argv }) => {
  if (Command.id !== 'plugins:install') return
  const { packageSpec } = await import('../package-spec.js')
  // In place, because the command gets this very array; none of its flags takes a value.
  argv.splice(0, argv.length, ...argv.map(word => (word.startsWith('-') ? word : packageSpec(word))))
}

export default hook
