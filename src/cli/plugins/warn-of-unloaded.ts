import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config } from '@oclif/core'
import { words } from '../errors/format-message.js'
import { packageFault } from './unloadable.js'

type Registered = { readonly oclif: { readonly plugins: readonly { readonly name: string; readonly root?: string }[] } }

/**
 * Has oclif tell once which plugins it cannot load, and the way out: a linked folder may be gone. Its own warning of each
 * names no plugin and is made of internals (@oclif/core `config/config.js` warn).
 */
export function warnOfUnloaded(): void {
  let isTold = false
  const warn = function (this: Config, error: Error): void {
    if (isTold) return
    isTold = true
    const loaded = [...this.plugins.values()]
    const { oclif } = JSON.parse(readFileSync(join(this.dataDir, 'package.json'), 'utf8')) as Registered
    for (const { name, root = join(this.dataDir, 'node_modules', name) } of oclif.plugins) {
      if (loaded.some(plugin => plugin.name === name || plugin.root === root)) continue
      const message = `the plugin ${name} cannot be loaded: ${packageFault(root) ?? error.message}`
      process.stderr.write(words({ label: 'warning', message, hint: `miner plugins:uninstall ${name}` }))
    }
  }
  Object.assign(Config.prototype, { warn })
}
