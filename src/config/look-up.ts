import type { Layer } from './layer.js'
import { typedValues } from './layers/argv.js'
import { environmentLayer } from './layers/environment-layer.js'
import { fileLayer } from './layers/file-layer.js'
import { flagLayer, type TypedFlag } from './layers/flag-layer.js'
import type { FileContent } from './layers/toml-file.js'
import type { Origin } from './origin.js'
import type { Problem } from './problem.js'
import { catalogOf } from './schema/catalog.js'
import type { Section } from './schema/section.js'
import type { Setting } from './schema/setting.js'
import { resolveSetting } from './values/resolve-setting.js'

/** Where a setting may be said. */
export type Layers = {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** null: there is none, or it is not heeded */
  readonly file: FileContent | null
}

/** With problems, because it is not valid or stands in a file that cannot be read, `value` is undefined. */
export type FoundSetting = { readonly value: unknown; readonly origin: Origin; readonly problems: readonly Problem[] }

/**
 * What the layers say of one setting of the host, looked up before all settings are read, because it decides which
 * there are. What is wrong with it, or with the file, is told when all of it is read, wherever that can be.
 *
 * @returns undefined when nothing is said, so that the default holds
 */
export async function lookUpSetting(
  section: Section,
  key: string,
  { argv, env, file }: Layers,
): Promise<FoundSetting | undefined> {
  const catalog = catalogOf([section], [])
  const setting = catalog.settings.find(one => one.key === key)!
  const told = { settings: [setting], catalog, problems: [] }
  const layers: readonly Layer[] = [
    flagLayer(typedFor(setting, argv), told),
    environmentLayer(env, told),
    file && 'table' in file ? fileLayer(file.table, file.path, told) : new Map(),
  ]
  const found = layers.map(layer => layer.get(setting.path)).find(one => one !== undefined)
  if (!found && file && 'problem' in file)
    return { value: undefined, origin: { from: 'file', file: file.path }, problems: [file.problem] }
  if (!found) return undefined
  const { value, problems } = await resolveSetting(setting, found, { env, secrets: 'leave' })
  return { value, origin: found.origin, problems }
}

function typedFor({ path, shape, flag, shortFlag, dottedFlags }: Setting, argv: readonly string[]): TypedFlag[] {
  return [...new Set([shortFlag, flag, ...dottedFlags])].flatMap(name => {
    const texts = name ? typedValues(argv, name) : []
    if (texts.length === 0) return []
    return [{ path, flag: `--${name}`, texts: shape.kind === 'list' ? texts : texts.slice(0, 1) }]
  })
}
