import type { Layer } from '../layer.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import type { Table } from '../values/convert.js'
import type { Environment } from '../values/resolve-secrets.js'
import type { FileContent } from './config-file.js'
import type { EnvFile } from './env-file.js'
import { environmentLayer } from './environment-layer.js'
import { fileLayer } from './file-layer.js'
import { flagLayer, type TypedFlag } from './flag-layer.js'
import { programLayer } from './program-layer.js'
import { yamlLayer } from './yaml-layer.js'

type Sources = {
  readonly flags: readonly TypedFlag[]
  readonly env: Environment
  readonly file: FileContent | null
  readonly envFile?: EnvFile | undefined
  readonly given?: Table
}

/**
 * Merges the layers, file < file of variables < environment < flag < those of a program: of each setting, the value that wins. Problems: those
 * of all layers.
 */
export function mergeLayers(
  { flags, env, file, envFile, given }: Sources,
  { catalog, problems }: { catalog: Catalog; problems: Problem[] },
): Layer {
  const fromFlags = flagLayer(flags, { settings: catalog.settings, problems })
  const fromEnvironment = environmentLayer(env, { catalog, problems })
  const readTable = file && 'table' in file && file.format === 'yaml' ? yamlLayer : fileLayer
  const fromFile = file && 'table' in file ? readTable(file.table, file.path, { catalog, problems }) : []
  const fromEnvFile =
    envFile && 'variables' in envFile
      ? environmentLayer(envFile.variables, { catalog, problems }, variable => ({
          from: 'envFile',
          file: envFile.path,
          variable,
        }))
      : []
  const fromProgram = given ? programLayer(given, { catalog, problems }) : []
  const merged = new Map([...fromFile, ...fromEnvFile, ...fromEnvironment, ...fromFlags, ...fromProgram])
  for (const { origin, implies = {} } of [...merged.values()])
    for (const [path, text] of Object.entries(implies))
      if (!merged.has(path)) merged.set(path, { raw: { kind: 'variable', text }, origin })
  return merged
}
