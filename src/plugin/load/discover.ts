import { realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { PluginKind } from '../sdk.js'
import { contract, isPluginName } from './manifest.js'

/** A package that oclif has loaded, as far as it matters here. Its package.json is a stranger's: anything may be in it. */
export type InstalledPlugin = {
  readonly name: string
  readonly version: string
  /** its folder */
  readonly root: string
  /** how it came here: `user` from a registry, a file or git; `link`; anything else with this program */
  readonly type: string
  readonly pjson: object
}

/** The package that brings a miner or a dialect. */
export type PluginPackage = {
  readonly package: string
  readonly version: string
  readonly root: string
  readonly type: string
}

/** Why something cannot be used, and the way out. */
export type PluginProblem = {
  readonly code: 'PLUGIN_UNUSABLE' | 'PLUGIN_NOT_ALLOWED'
  /** continues a sentence about it: `is written for …` */
  readonly message: string
  readonly hint: string
}

/** A miner or a dialect that a package declares. None of its code has run. */
export type Declared = {
  readonly kind: PluginKind
  /** unique among those of its kind that can be used */
  readonly name: string
  readonly from: PluginPackage
  /** its module; null when there is trouble with it */
  readonly file: string | null
  /** it does not say which version of the contract it is written for */
  readonly noContract: boolean
  readonly trouble?: PluginProblem
}

type Discovery = {
  /** Is the name the host's, or that of a built-in one? */
  readonly isTaken: (kind: PluginKind, name: string) => boolean
  /** the packages whose miners and dialects may be used; null: all */
  readonly allow: readonly string[] | null
}

const kinds = [
  ['miner', 'miners'],
  ['dialect', 'dialects'],
] as const

/**
 * Finds what plugins declare in their package.json: `"oclif": { "contract": 1, "miners": { "shout": "./dist/index.js" } }`.
 * What cannot be used is told beside what can. Of two with one name the first can be: those that came with this
 * program, then linked ones, then installed ones, in the order of their packages' names.
 */
export function discover(plugins: readonly InstalledPlugin[], { isTaken, allow }: Discovery): readonly Declared[] {
  const owners = new Map<string, string>()
  return plugins.toSorted(inOrder).flatMap(plugin =>
    kinds.flatMap(([kind, key]) =>
      declarations(plugin, key).map(([name, path]): Declared => {
        const from = { package: plugin.name, version: plugin.version, root: plugin.root, type: plugin.type }
        const version = oclifOf(plugin).contract
        const found = fileOf(plugin.root, path)
        const owner = owners.get(`${kind} ${name}`)
        const trouble =
          contractTrouble(version, from) ??
          nameTrouble({ kind, name }, { isTaken: isTaken(kind, name), owner, from }) ??
          (typeof found === 'string' ? undefined : moduleTrouble(found, from)) ??
          (allow && !allow.includes(plugin.name) ? notAllowed(plugin.name, allow) : undefined)
        if (!trouble) owners.set(`${kind} ${name}`, plugin.name)
        const file = typeof found === 'string' ? found : null
        return { kind, name, from, file, noContract: version === undefined, ...(trouble && { trouble }) }
      }),
    ),
  )
}

/** What helps against a plugin that is broken. */
export function repairHint({ package: name, root, type }: PluginPackage): string {
  return type === 'link'
    ? `mend it in ${root}, or miner plugins:uninstall ${name}`
    : `miner plugins:update, or miner plugins:uninstall ${name}`
}

function inOrder(one: InstalledPlugin, other: InstalledPlugin): number {
  const rank = ({ type }: InstalledPlugin) => ['link', 'user'].indexOf(type)
  return rank(one) - rank(other) || (one.name < other.name ? -1 : 1)
}

function oclifOf({ pjson }: InstalledPlugin): Readonly<Record<string, unknown>> {
  const { oclif } = pjson as { readonly oclif?: unknown }
  return isObject(oclif) ? oclif : {}
}

function declarations(plugin: InstalledPlugin, key: string): readonly (readonly [name: string, path: unknown])[] {
  const declared = oclifOf(plugin)[key]
  if (declared === undefined) return []
  return isObject(declared) ? Object.entries(declared) : [['', undefined]]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type NoModule = { readonly words: string; readonly isAbsent?: true }

/** The file of a module inside its package, or why there is none. */
function fileOf(root: string, path: unknown): string | NoModule {
  if (typeof path !== 'string' || path === '')
    return { words: 'is not declared as a name and the path of a file in its package.json' }
  try {
    const file = realpathSync(resolve(root, path))
    const inside = relative(realpathSync(root), file)
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
      return { words: 'has its module outside of its package' }
    return file
  } catch {
    return { words: `has no module: there is no file ${path}`, isAbsent: true }
  }
}

/** A package that is linked may not be built yet. */
function moduleTrouble({ words, isAbsent }: NoModule, from: PluginPackage): PluginProblem {
  return unusable(words, isAbsent && from.type === 'link' ? `npm run build in ${from.root}` : repairHint(from))
}

function contractTrouble(version: unknown, from: PluginPackage): PluginProblem | undefined {
  if (version === undefined) return undefined
  if (!Number.isInteger(version))
    return unusable('names a version of the contract that is no whole number', repairHint(from))
  const words = `is written for version ${version} of the plugin contract, and this program`
  if (Number(version) > contract.version)
    return unusable(`${words} knows ${contract.version}`, `update this program, or install an older ${from.package}`)
  if (Number(version) < contract.oldest)
    return unusable(`${words} no longer knows those before ${contract.oldest}`, repairHint(from))
  return undefined
}

type Naming = { readonly isTaken: boolean; readonly owner: string | undefined; readonly from: PluginPackage }

function nameTrouble(
  { kind, name }: Pick<Declared, 'kind' | 'name'>,
  { isTaken, owner, from }: Naming,
): PluginProblem | undefined {
  if (name === '') return unusable(`has no name in oclif.${kind}s of its package.json`, repairHint(from))
  const named = `has a name, in oclif.${kind}s of its package.json, that`
  if (!isPluginName(name))
    return unusable(`${named} is not in small letters, digits and single dashes`, repairHint(from))
  if (isTaken) return unusable(`${named} is taken by this program`, repairHint(from))
  if (owner === undefined) return undefined
  return unusable(`has the name of one of ${owner}, which comes first`, `miner plugins:uninstall one of the two`)
}

function notAllowed(name: string, allow: readonly string[]): PluginProblem {
  const message = 'comes with a plugin that plugins.allow does not name'
  return { code: 'PLUGIN_NOT_ALLOWED', message, hint: `set plugins.allow to ${[...allow, name].join(',')}` }
}

function unusable(message: string, hint: string): PluginProblem {
  return { code: 'PLUGIN_UNUSABLE', message, hint }
}
