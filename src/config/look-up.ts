import type { Layer } from './layer.js'
import { alike, typedValues } from './layers/argv.js'
import type { FileContent } from './layers/config-file.js'
import { allVariables, type EnvFile } from './layers/env-file.js'
import type { TypedFlag } from './layers/flag-layer.js'
import { mergeLayers } from './layers/merge.js'
import type { Origin } from './origin.js'
import type { Problem } from './problem.js'
import { catalogOf } from './schema/catalog.js'
import type { Section } from './schema/section.js'
import type { Setting } from './schema/setting.js'
import type { Table } from './values/convert.js'
import type { Environment } from './values/resolve-secrets.js'
import { resolveSetting } from './values/resolve-setting.js'

/** Where a command run finds its settings. */
export type Layers = {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** null when there is no file, or it is ignored */
  readonly file: FileContent | null
  /** the file that `--env-file` names */
  readonly envFile?: EnvFile | undefined
  /** a `.env` beside the configuration file, which is not read, because `--env-file` does not name it */
  readonly unreadEnvFile?: string | undefined
  /** the settings that a program which embeds this one passes */
  readonly given?: Table
}

/** Settings that can be looked up before all settings are read, because they decide which settings there are. */
export type Lookup = Pick<Layers, 'file' | 'envFile'> & {
  /** the environment, with the file of variables below it */
  readonly env: Environment
  readonly settings: readonly Setting[]
  readonly merged: Layer
}

/** When the setting is invalid, or its file cannot be read, `problems` tells why and `value` is undefined. */
export type FoundSetting = { readonly value: unknown; readonly origin: Origin; readonly problems: readonly Problem[] }

/** Reads the settings of `sections` from the layers, for `lookUpSetting`; `loadConfiguration` reports their problems. */
export function createLookup(sections: readonly Section[], { argv, env, file, envFile, given }: Layers): Lookup {
  const catalog = catalogOf(sections, [])
  const { settings } = catalog
  const flags = settings.flatMap(setting => typedFlags(setting, argv))
  const sources = { flags, env, file, envFile, ...(given && { given }) }
  return {
    env: allVariables(env, envFile),
    file,
    envFile,
    settings,
    merged: mergeLayers(sources, { catalog, problems: [] }),
  }
}

/**
 * Looks a setting up by its path.
 *
 * @returns undefined when no layer gives it, so that the default holds
 */
export async function lookUpSetting(
  { env, file, envFile, settings, merged }: Lookup,
  path: string,
): Promise<FoundSetting | undefined> {
  const found = merged.get(path)
  const lost = [file, envFile].find(one => one && 'problem' in one)
  if (!found && lost && 'problem' in lost)
    return { value: undefined, origin: { from: 'file', file: lost.path }, problems: [lost.problem] }
  if (!found) return undefined
  const setting = settings.find(one => one.path === path)!
  const { value, problems } = await resolveSetting(setting, found, { env, secrets: 'leave' })
  return { value, origin: found.origin, problems }
}

function typedFlags({ path, shape, flag, shortFlag, dottedFlags }: Setting, argv: readonly string[]): TypedFlag[] {
  const names = [shortFlag, flag, ...dottedFlags].filter(name => name !== undefined)
  return [...new Set(names.map(alike))].flatMap(name => {
    const texts = typedValues(argv, name)
    if (texts.length === 0) return []
    return [{ path, flag: `--${name}`, texts: shape.kind === 'list' ? texts : texts.slice(0, 1) }]
  })
}
