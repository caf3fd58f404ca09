import { realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { PluginKind } from '../sdk.js'
import { contract, isPluginName } from './manifest.js'

/** What discovery needs of a package that oclif has loaded. Its package.json is untrusted: it may hold anything. */
export type InstalledPlugin = {
  readonly name: string
  readonly version: string
  /** its folder */
  readonly root: string
  /** how it was installed: `user` from a registry, a file or git; `link`; any other came with this program */
  readonly type: string
  readonly pjson: object
}

/** The package that a miner or a dialect comes from. */
export type PluginPackage = {
  readonly package: string
  readonly version: string
  readonly root: string
  readonly type: string
}

/** Why a miner or a dialect cannot be used, and how to fix it. */
export type PluginProblem = {
  readonly code: 'PLUGIN_UNUSABLE' | 'PLUGIN_NOT_ALLOWED'
  /** continues a sentence that begins with its name: `is written for …` */
  readonly message: string
  readonly hint: string
}

/** A miner or a dialect that a package declares. None of its code has run. */
export type Declared = {
  readonly kind: PluginKind
  /** unique among the usable ones of its kind */
  readonly name: string
  readonly from: PluginPackage
  /** its module; null when the module cannot be found */
  readonly file: string | null
  /** true: its package does not declare a version of the contract */
  readonly noContract: boolean
  /** absent when it can be used */
  readonly problem?: PluginProblem
}

type Discovery = {
  /** whether the host or a built-in miner or dialect has the name */
  readonly isTaken: (kind: PluginKind, name: string) => boolean
  /** the packages whose miners and dialects may be used; null: all */
  readonly allow: readonly string[] | null
}

const kinds = [
  ['miner', 'miners'],
  ['dialect', 'dialects'],
] as const

/**
 * Finds the miners and dialects that plugins declare in their package.json:
 * `"oclif": { "contract": 2, "miners": { "shout": "./dist/index.js" } }`. Returns usable and unusable ones. Of two with
 * the same name the first is usable: those that came with this program come first, then linked ones, then installed
 * ones, in the order of their packages' names.
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
        const problem =
          contractProblem(version, from) ??
          nameProblem({ kind, name }, { isTaken: isTaken(kind, name), owner, from }) ??
          (typeof found === 'string' ? undefined : moduleProblem(found, from)) ??
          (allow && !allow.includes(plugin.name) ? notAllowed(plugin.name, allow) : undefined)
        if (!problem) owners.set(`${kind} ${name}`, plugin.name)
        const file = typeof found === 'string' ? found : null
        return { kind, name, from, file, noContract: version === undefined, ...(problem && { problem }) }
      }),
    ),
  )
}

/** Returns the hint against a broken plugin: how to update, fix or uninstall its package. */
export function repairHint({ package: name, root, type }: PluginPackage): string {
  return type === 'link'
    ? `fix it in ${root}, or miner plugins:uninstall ${name}`
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

type NoModule = { readonly message: string; readonly isAbsent?: true }

/** Returns the real path of a module, which must be inside its package, or what is wrong with it. */
function fileOf(root: string, path: unknown): string | NoModule {
  if (typeof path !== 'string' || path === '')
    return { message: 'is not declared as a name and the path of a file in its package.json' }
  try {
    const file = realpathSync(resolve(root, path))
    const inside = relative(realpathSync(root), file)
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
      return { message: 'has its module outside of its package' }
    return file
  } catch {
    return { message: `has no module: the file ${path} does not exist`, isAbsent: true }
  }
}

/** A linked package may not be built yet. */
function moduleProblem({ message, isAbsent }: NoModule, from: PluginPackage): PluginProblem {
  return unusable(message, isAbsent && from.type === 'link' ? `npm run build in ${from.root}` : repairHint(from))
}

function contractProblem(version: unknown, from: PluginPackage): PluginProblem | undefined {
  if (version === undefined) return undefined
  if (!Number.isInteger(version))
    return unusable('declares a version of the contract that is not a whole number', repairHint(from))
  const start = `is written for version ${version} of the plugin contract, and this program`
  if (Number(version) > contract.version)
    return unusable(
      `${start} supports versions up to ${contract.version}`,
      `update this program, or install an older ${from.package}`,
    )
  if (Number(version) < contract.oldest)
    return unusable(`${start} no longer supports versions before ${contract.oldest}`, repairHint(from))
  return undefined
}

type Naming = { readonly isTaken: boolean; readonly owner: string | undefined; readonly from: PluginPackage }

function nameProblem(
  { kind, name }: Pick<Declared, 'kind' | 'name'>,
  { isTaken, owner, from }: Naming,
): PluginProblem | undefined {
  if (name === '') return unusable(`has no name in oclif.${kind}s of its package.json`, repairHint(from))
  const start = `has a name, in oclif.${kind}s of its package.json, that`
  if (!isPluginName(name))
    return unusable(`${start} is not made of lower-case letters, digits and single dashes`, repairHint(from))
  if (isTaken) return unusable(`${start} is taken by this program`, repairHint(from))
  if (owner === undefined) return undefined
  return unusable(`has the same name as one of ${owner}, which comes first`, `miner plugins:uninstall one of the two`)
}

function notAllowed(name: string, allow: readonly string[]): PluginProblem {
  const message = 'comes with a plugin that plugins.allow does not name'
  return { code: 'PLUGIN_NOT_ALLOWED', message, hint: `set plugins.allow to ${[...allow, name].join(',')}` }
}

function unusable(message: string, hint: string): PluginProblem {
  return { code: 'PLUGIN_UNUSABLE', message, hint }
}
