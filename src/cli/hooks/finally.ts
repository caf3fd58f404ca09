import type { Hook } from '@oclif/core'

const changesPlugins = /^plugins:(install|add|link|uninstall|unlink|remove|update|reset)$/

/**
 * Behind a command that brings or takes plugins: tells what of them cannot be used, and writes the completion anew.
 * oclif does that too, but before it knows the flags of a miner that has just come.
 */
const hook: Hook<'finally'> = async ({ id = '', error, config }) => {
  if (error || !changesPlugins.test(id)) return
  const [{ Config }, { openScope }, { PLUGINS }, { refreshCompletion }, { troubleError }, { words }] =
    await Promise.all([
      import('@oclif/core'),
      import('../../app/container.js'),
      import('../../app/tokens.js'),
      import('../refresh-completion.js'),
      import('../../plugin/plugin-error.js'),
      import('../words.js'),
    ])
  const { plugins } = await Config.load({ root: config.root })
  await using scope = openScope({ plugins: [...plugins.values()], allow: null })
  for (const declared of scope.resolve(PLUGINS)) {
    if (!declared.trouble) continue
    const { message, hint } = troubleError(declared)
    process.stderr.write(words({ label: 'warning', message, hint }))
  }
  await refreshCompletion(config.root)
}

export default hook
