import { join } from 'node:path'
import type { Config } from '@oclif/core'
import { openScope, type Scope } from '../app/container.js'
import { hostSections } from '../app/settings.js'
import { ConfigError } from '../config/config-error.js'
import { typedValue } from '../config/layers/argv.js'
import { type FileContent, readTomlFile } from '../config/layers/toml-file.js'
import { type Layers, lookUpSetting } from '../config/look-up.js'

/** Opens the scope of a command run, with the miners and dialects of the plugins that oclif has loaded. */
export async function openRunScope(config: Pick<Config, 'getPluginsList'>, layers: Layers): Promise<Scope> {
  return openScope({ plugins: config.getPluginsList(), allow: await allowedPlugins(layers) })
}

/**
 * Makes sure that plugins are not allowed because that was said, rather than because `plugins.allow` is not valid.
 *
 * @throws {ConfigError} CONFIG_INVALID
 */
export async function requireAllow(layers: Layers): Promise<void> {
  const { problems = [] } = (await lookUpSetting(hostSections.plugins, 'allow', layers)) ?? {}
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
}

/**
 * The packages that `plugins.allow` names; null: all. It is looked up before the settings are read, because a plugin's
 * are among them, and nothing of one that is not allowed may run.
 */
async function allowedPlugins(layers: Layers): Promise<readonly string[] | null> {
  const said = await lookUpSetting(hostSections.plugins, 'allow', layers)
  if (!said) return null
  // None, when it is not valid.
  const { allow = [] } = hostSections.plugins.settings.safeParse({ allow: said.value }).data ?? {}
  return allow.flatMap(names => names.split(',')).map(name => name.trim())
}

/**
 * Reads the file that `--config` names, else the one in the configuration folder, which need not be there. To be called
 * once in a run: what a pipe holds (`--config <(decrypt …)`) is gone after that.
 */
export async function readConfigFile(argv: readonly string[], configDir: string): Promise<FileContent | null> {
  const named = typedValue(argv, 'config')
  const file =
    named === undefined ? { path: join(configDir, 'config.toml'), explicit: false } : { path: named, explicit: true }
  return (await readTomlFile(file)) ?? null
}
