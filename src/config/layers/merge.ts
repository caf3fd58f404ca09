import type { Layer } from '../layer.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import type { Environment } from '../values/resolve-secrets.js'
import { environmentLayer } from './environment-layer.js'
import { fileLayer } from './file-layer.js'
import { flagLayer, type TypedFlag } from './flag-layer.js'
import type { FileContent } from './toml-file.js'

type Sources = { readonly flags: readonly TypedFlag[]; readonly env: Environment; readonly file: FileContent | null }

/** Merges the layers, file < environment < flag: of each setting, the value that wins. Problems: those of all layers. */
export function mergeLayers(
  { flags, env, file }: Sources,
  { catalog, problems }: { catalog: Catalog; problems: Problem[] },
): Layer {
  const fromFlags = flagLayer(flags, { settings: catalog.settings, problems })
  const fromEnvironment = environmentLayer(env, { catalog, problems })
  const fromFile = file && 'table' in file ? fileLayer(file.table, file.path, { catalog, problems }) : []
  return new Map([...fromFile, ...fromEnvironment, ...fromFlags])
}
