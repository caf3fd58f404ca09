import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '@oclif/core'
import { openScope } from '../app/container.js'
import type { RunScope } from '../app/scope.js'
import { hostSections } from '../app/settings.js'
import { CHAIN_FOLDER, REQUEST_LOG_FOLDER } from '../app/tokens.js'
import { ConfigError } from '../config/config-error.js'
import { typedValue } from '../config/layers/argv.js'
import { type FileContent, readConfigFile } from '../config/layers/config-file.js'
import { readEnvFile } from '../config/layers/env-file.js'
import { createLookup, type Layers, type Lookup, lookUpSetting } from '../config/look-up.js'
import { originText } from '../config/origin.js'
import type { ProblemCode } from '../config/problem.js'
import { expandHome } from '../config/read-bounded.js'
import { configFileOf } from './config-file-of.js'
import { developmentUrl } from './dev-mode.js'
import { UsageError } from './errors/usage-error.js'

/**
 * Reads where this run finds its settings: command line, environment, the file of variables that `--env-file` names, and the
 * file that `--config` names, else the one in the configuration folder, which may be missing. Call it once in a run: a pipe (`--config <(decrypt …)`) can be read
 * only once.
 */
export async function readLayers(argv: readonly string[], configDir: string): Promise<Layers> {
  const place = configFileOf(argv, configDir)
  const variables = typedValue(argv, 'env-file')
  const unread = join(dirname(place.path), '.env')
  return {
    argv,
    env: process.env,
    file: (await readConfigFile(place)) ?? null,
    ...(variables !== undefined
      ? { envFile: await readEnvFile(expandHome(variables)) }
      : existsSync(unread) && { unreadEnvFile: unread }),
  }
}

/**
 * Reads the configuration file again. What was there must still be: a file that is gone, or is empty because it is being
 * written, must not take the operator's policy with it.
 *
 * @throws {ConfigError} CONFIG_INVALID when it is a pipe, and when it sets nothing any more
 */
export async function readLayersAgain(layers: Layers, configDir: string): Promise<Layers> {
  if (layers.file === null) return readLayers(layers.argv, configDir)
  const { path } = layers.file
  const found = await stat(path).catch(() => undefined) // reading it reports the reason
  const wrong = (code: ProblemCode, message: string, hint: string) =>
    new ConfigError('CONFIG_INVALID', [{ code, message, origin: { from: 'file', file: path }, hint }])
  if (found && !found.isFile() && !found.isDirectory()) {
    const problem = 'the configuration file is not a regular file, and can be read only once'
    throw wrong('FILE_UNREADABLE', problem, 'restart the miner, or give --config a file')
  }
  const file = (await readConfigFile({ path, explicit: true })) ?? null
  if (isEmpty(file) && !isEmpty(layers.file)) {
    const problem = 'the configuration file was emptied, or is being written'
    throw wrong('FILE_MALFORMED', problem, 'leave the line [policy] in it, if it is to set nothing')
  }
  return { ...layers, file }
}

function isEmpty(file: FileContent | null): boolean {
  return file !== null && 'table' in file && Object.keys(file.table).length === 0
}

/** Reads the settings that decide what a run loads: which plugins are allowed, which miner and which dialect it uses. */
export function lookUpFirst(layers: Layers): Lookup {
  return createLookup([hostSections.plugins, hostSections.top, hostSections.subnet, hostSections.dialect], layers)
}

/** Returns the level of the log before all settings are read; undefined when it is not given, or is wrong. */
export async function lookUpLogLevel(layers: Layers): Promise<unknown> {
  return (await lookUpSetting(createLookup([hostSections.log], layers), 'log.level'))?.value
}

/**
 * Returns where `miner serve --dev` listens with the port of the environment or the file.
 *
 * @throws {ConfigError} CONFIG_INVALID
 * @throws {UsageError} URL_MISSING when it picks a free port
 */
export async function developmentAxon(layers: Layers): Promise<string> {
  const port = await lookUpSetting(createLookup([hostSections.axon], { ...layers, argv: [] }), 'axon.port')
  if (!port) return developmentUrl
  if (port.problems.length > 0) throw new ConfigError('CONFIG_INVALID', port.problems)
  if (port.value !== 0) return Object.assign(new URL(developmentUrl), { port: port.value }).origin
  const missing = `--url is missing: with port 0 (${originText(port.origin)}) the axon picks a free one`
  throw new UsageError('URL_MISSING', missing, '--url as miner serve prints it')
}

/** Opens the scope of a command run, with the miners and dialects of the plugins that oclif has loaded. */
export async function openRunScope(
  config: Pick<Config, 'getPluginsList' | 'dataDir'>,
  lookup: Lookup,
): Promise<RunScope> {
  const scope = openScope({ plugins: config.getPluginsList(), allow: await allowedPlugins(lookup) })
  scope.provide(CHAIN_FOLDER, join(config.dataDir, 'chain'))
  scope.provide(REQUEST_LOG_FOLDER, join(config.dataDir, 'requests'))
  return scope
}

/**
 * Checks `plugins.allow`: when it is invalid no plugin is allowed, and the operator has to learn why.
 *
 * @throws {ConfigError} CONFIG_INVALID
 */
export async function requireAllow(lookup: Lookup): Promise<void> {
  const { problems = [] } = (await lookUpSetting(lookup, 'plugins.allow')) ?? {}
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
}

/**
 * Returns the packages that `plugins.allow` names; null: all. Looked up before the settings are read, because those of
 * plugins are among them, and no code of a plugin that is not allowed may run.
 */
async function allowedPlugins(lookup: Lookup): Promise<readonly string[] | null> {
  const found = await lookUpSetting(lookup, 'plugins.allow')
  if (!found) return null
  // An invalid list allows no plugin.
  const { allow = [] } = hostSections.plugins.settings.safeParse({ allow: found.value }).data ?? {}
  return allow.flatMap(names => names.split(',')).map(name => name.trim())
}
