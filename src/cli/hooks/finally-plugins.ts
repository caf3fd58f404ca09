import { realpathSync } from 'node:fs'
import type { Hook } from '@oclif/core'
import { linkedFolder } from '../plugins/install-args.js'

const installs = /^plugins:(install|add)$/
const changesPlugins = /^plugins:(install|add|link|uninstall|unlink|remove|update|reset)$/

/**
 * After a command that adds or removes plugins: reports why it failed, or which plugins cannot be used, and rewrites
 * completion. oclif rewrites it too, but before it knows the flags of a miner that was just installed.
 */
const hook: Hook<'finally'> = async ({ id = '', argv, error, config }) => {
  if (!changesPlugins.test(id)) return
  if (error) {
    const { installError } = await import('../plugins/install-error.js')
    const better = await installError(error, config)
    if (better) throw better
    return
  }
  if (installs.test(id)) await (await import('../plugins/register-installed.js')).registerInstalled(config.dataDir)
  const [{ Config }, { openScope }, { PLUGINS }, { refreshCompletion }, { problemError }, { formatMessage }] =
    await Promise.all([
      import('@oclif/core'),
      import('../../app/container.js'),
      import('../../app/tokens.js'),
      import('../completion/refresh.js'),
      import('../../plugin/load/plugin-error.js'),
      import('../errors/format-message.js'),
    ])
  const { plugins } = await Config.load({ root: config.root })
  await using scope = openScope({ plugins: [...plugins.values()], allow: null })
  for (const declared of scope.resolve(PLUGINS)) {
    if (
      !declared.problem ||
      (id === 'plugins:link' && realpathSync(declared.from.root) !== realpathSync(linkedFolder(argv)))
    )
      continue
    const { message, hint } = problemError(declared)
    process.stderr.write(formatMessage({ label: 'warning', message, hint }))
  }
  await refreshCompletion(config.root)
}

export default hook
