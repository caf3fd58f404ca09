import type { Config } from '@oclif/core'
import { openScope, type Scope } from '../app/container.js'
import { hostSections } from '../app/settings.js'
import { type Layers, peek } from './peek.js'

/** Opens the scope of a command run, with the miners and dialects of the plugins that oclif has loaded. */
export function scopeOf(config: Pick<Config, 'getPluginsList'>, layers: Layers): Scope {
  return openScope({ plugins: config.getPluginsList(), allow: allowedPlugins(layers) })
}

/**
 * The packages that `plugins.allow` names; null: all. It is looked up before the settings are read, because a plugin's
 * are among them, and nothing of one that is not allowed may run.
 */
function allowedPlugins(layers: Layers): readonly string[] | null {
  const said = peek(hostSections.plugins, 'allow', layers)
  if (!said) return null
  // None, when it is not valid: that is told when all settings are read.
  const { allow = [] } = hostSections.plugins.settings.safeParse({ allow: said.value }).data ?? {}
  return allow.flatMap(names => names.split(',')).map(name => name.trim())
}
