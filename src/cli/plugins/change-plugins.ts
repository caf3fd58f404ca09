import { readFile, realpath, rm } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { closest } from '../../text/closest.js'
import { UsageError } from '../errors/usage-error.js'
import { type DataFolder, type DataPackage, hiddenLock, type Registered } from './data-folder.js'
import { type PackageSpec, parseSpec } from './install-args.js'
import { packageFault } from './unloadable.js'

/** The version of a plugin after and before a command; null: not installed. */
export type Change = { readonly name: string; readonly version: string | null; readonly previous: string | null }

/** The name of this program's package, which a plugin may bring along. */
const HOST = 'bittensor-miner'

/** Makes npm run no script, of whichever package. */
export const NO_SCRIPTS = '--ignore-scripts'

/** Runs npm in the data folder. */
export type Npm = (command: string, ...args: readonly string[]) => Promise<void>

type Changing = { readonly folder: DataFolder; readonly npm: Npm }

/**
 * Installs a package as a plugin, and registers it with oclif. Removes it again if it is not a plugin.
 *
 * @throws {UsageError} NO_PLUGIN · as `npmFailure`
 */
export async function installPlugin(
  spec: string,
  { folder, npm, force }: Changing & { readonly force: boolean },
): Promise<Change & { readonly withScripts: readonly string[]; readonly hasSecondHost: boolean }> {
  const parsed = parseSpec(spec)
  if ('name' in parsed && parsed.name === HOST) throw hostIsNoPlugin()
  const before = await folder.read()
  // npm looks for a package.json in the folders above when this one has none.
  if (!before.dependencies) await folder.write(before)
  const restore = await folder.snapshot({ keepsNew: true })
  const previous = await versionsOf(folder, before.oclif.plugins)
  const packages = await lockedPackages(folder)
  await npm('install', ...(force ? ['--force'] : []), '--omit=dev', '--', spec)

  const { dependencies = {} } = await folder.read()
  const name = installedName(parsed, { dependencies, before, dataDir: await realpath(folder.path) })
  const root = folder.rootOf({ name })
  const fault = packageFault(root)
  if (fault || name === HOST) {
    await restore()
    await npm('install', '--prefer-offline')
    if (!fault) throw hostIsNoPlugin()
    const problem = fault.startsWith(root) ? fault.slice(root.length + 1) : fault
    throw new UsageError('NO_PLUGIN', `${name} is not a plugin: ${problem}`, 'docs/plugins.md shows a plugin')
  }
  await folder.register({ name, type: 'user', ...('url' in parsed ? parsed : { tag: parsed.tag }) })
  const now = await lockedPackages(folder)
  const added = [...now].filter(([path, { version }]) => packages.get(path)?.version !== version)
  return {
    name,
    version: await folder.versionOf({ name }),
    previous: previous.get(name) ?? null,
    withScripts: added.flatMap(([path, { hasInstallScript }]) => (hasInstallScript ? [nameIn(path, now)] : [])),
    hasSecondHost: added.some(([path]) => nameIn(path, now) === HOST),
  }
}

function hostIsNoPlugin(): UsageError {
  return new UsageError('NO_PLUGIN', `${HOST} is this program, and not a plugin`, `npm install -g ${HOST} updates it`)
}

/**
 * Uninstalls plugins. Of a linked plugin, removes only the link.
 *
 * @throws {UsageError} NOT_INSTALLED before it removes any · as `npmFailure`
 */
export async function uninstallPlugins(
  words: readonly string[],
  { folder, npm }: Changing,
): Promise<readonly Change[]> {
  const { dependencies = {}, oclif } = await folder.read()
  // An install that was killed leaves a package that is not registered.
  const others = Object.keys(dependencies).filter(name => !oclif.plugins.some(plugin => plugin.name === name))
  const known = [...oclif.plugins, ...others.map((name): Registered => ({ name, type: 'user' }))]
  const chosen = [...new Set(words.map(word => findPlugin(word, known)))]
  const previous = await versionsOf(folder, chosen)
  const names = chosen.map(({ name }) => name)
  const installed = names.filter(name => Object.hasOwn(dependencies, name))
  // Without scripts, so that no code of plugins is loaded to find out which variables are secrets: it may be broken.
  if (installed.length > 0) await npm('uninstall', NO_SCRIPTS, '--', ...installed)
  await folder.unregister(names)
  return names.map(name => ({ name, version: null, previous: previous.get(name) ?? null }))
}

/**
 * Updates installed plugins to the newest version that each was installed for, and reinstalls those whose files are missing
 * or broken. Skips linked plugins.
 *
 * @param words the plugins to update; empty: all
 * @throws {UsageError} NOT_INSTALLED · as `npmFailure`
 */
export async function updatePlugins(words: readonly string[], { folder, npm }: Changing): Promise<readonly Change[]> {
  const { plugins } = (await folder.read()).oclif
  const chosen = words.length > 0 ? [...new Set(words.map(word => findPlugin(word, plugins)))] : plugins
  const installed = chosen.filter(({ type }) => type === 'user')
  if (installed.length === 0) return []
  const previous = await versionsOf(folder, installed)
  for (const plugin of installed) {
    if (packageFault(folder.rootOf(plugin)) === undefined) continue
    await rm(folder.rootOf(plugin), { recursive: true, force: true })
    await rm(hiddenLock(folder), { force: true })
  }
  await npm('install', '--omit=dev', '--', ...installed.map(specOf))
  const now = await versionsOf(folder, installed)
  return installed.map(({ name }) => ({
    name,
    version: now.get(name) ?? null,
    previous: previous.get(name) ?? null,
  }))
}

/** Registers a folder as a plugin. */
export async function linkPlugin(root: string, folder: DataFolder): Promise<Change> {
  const { name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { name: string }
  const known = (await folder.read()).oclif.plugins.find(plugin => plugin.name === name)
  const previous = known ? await folder.versionOf(known) : null
  await folder.register({ name, root, type: 'link' })
  return { name, version: await folder.versionOf({ name, root }), previous }
}

/**
 * Uninstalls all plugins and removes all links.
 *
 * @param changing `hard`: deletes npm's files instead of asking npm; `reinstall`: installs and links the same again
 * @throws {UsageError} as `npmFailure`
 */
export async function resetPlugins({
  hard,
  reinstall,
  ...changing
}: Changing & { readonly hard: boolean; readonly reinstall: boolean }): Promise<readonly Change[]> {
  const { folder, npm } = changing
  const { plugins } = (await folder.read()).oclif
  const previous = await versionsOf(folder, plugins)
  if (hard) {
    const files = ['node_modules', 'package-lock.json', 'package.json']
    await Promise.all(files.map(file => rm(join(folder.path, file), { recursive: true, force: true })))
    await folder.write({ dependencies: {}, oclif: { plugins: [] } })
  } else if (plugins.length > 0) {
    const names = plugins.map(({ name }) => name)
    await uninstallPlugins(names, changing)
  }
  if (reinstall && plugins.length > 0) {
    // First: when npm fails, `plugins:update` installs what is registered.
    await folder.register(...plugins)
    const specs = plugins.filter(({ type }) => type === 'user').map(specOf)
    if (specs.length > 0) await npm('install', '--omit=dev', '--', ...specs)
  }
  const now = reinstall ? await versionsOf(folder, plugins) : new Map<string, string | null>()
  return plugins.map(({ name }) => ({ name, version: now.get(name) ?? null, previous: previous.get(name) ?? null }))
}

/**
 * Finds a registered plugin by its name, or a linked one by its folder.
 *
 * @throws {UsageError} NOT_INSTALLED
 */
export function findPlugin<Plugin extends Pick<Registered, 'name' | 'root'>>(
  word: string,
  plugins: readonly Plugin[],
): Plugin {
  const name = word.replace(/(?<=.)@[^/]*$/, '')
  const found =
    plugins.find(one => one.name === name) ?? plugins.find(({ root }) => root && resolve(root) === resolve(word))
  if (found) return found
  const names = plugins.map(one => one.name)
  const meant = closest(name, names)
  const what = word === '.' ? 'this folder is not an installed plugin' : `the plugin ${name} is not installed`
  const way = names.length > 0 ? 'miner plugins' : 'miner plugins:install PACKAGE'
  throw new UsageError('NOT_INSTALLED', what, meant ?? way)
}

/** Returns what npm installs a registered plugin from. */
function specOf({ name, tag = 'latest', url }: Registered): string {
  return url ?? `${name}@${tag}`
}

async function versionsOf(
  folder: DataFolder,
  plugins: readonly Registered[],
): Promise<ReadonlyMap<string, string | null>> {
  return new Map(await Promise.all(plugins.map(async one => [one.name, await folder.versionOf(one)] as const)))
}

type Dependencies = Readonly<Record<string, string>>

/**
 * Returns the name of the package that npm installed from an address: the dependency that is new, changed, or has it; else
 * the plugin that was installed from the same address before.
 *
 * @param where `dataDir`: without symbolic links, as npm sees it
 */
function installedName(
  spec: PackageSpec,
  { dependencies, before, dataDir }: { dependencies: Dependencies; before: DataPackage; dataDir: string },
): string {
  if ('name' in spec) return spec.name
  const names = Object.keys(dependencies)
  const changed = names.filter(name => dependencies[name] !== before.dependencies?.[name])
  const same = (changed.length > 0 ? changed : names).find(name => address(dependencies[name]!) === address(spec.url))
  const name = same ?? changed[0] ?? before.oclif.plugins.find(({ url }) => url === spec.url)?.name
  if (name !== undefined) return name
  throw new UsageError(
    'NO_PLUGIN',
    `npm does not report which package it installed from ${spec.url}`,
    'uninstall it, then install it again',
  )

  /** npm writes a path relative to the data folder, and a repository in its own way. */
  function address(text: string): string {
    const [, path] = /^file:(?:\/\/(?=\/))?(.*)$/.exec(text) ?? []
    if (path !== undefined) return isAbsolute(path) ? path : join(dataDir, path)
    return text
      .replace(/^git\+/, '')
      .replace(/^github:/, 'https://github.com/')
      .replace(/\.git(?=#|$)/, '')
  }
}

type Locked = {
  readonly version?: string
  readonly hasInstallScript?: boolean
  /** for a link in node_modules: the folder that it leads to */
  readonly resolved?: string
  readonly link?: boolean
}

/** Returns what is in node_modules by path, as npm recorded it. */
async function lockedPackages(folder: DataFolder): Promise<ReadonlyMap<string, Locked>> {
  // An update that was cut removes the first.
  for (const file of [hiddenLock(folder), join(folder.path, 'package-lock.json')]) {
    try {
      const { packages = {} } = JSON.parse(await readFile(file, 'utf8')) as { packages?: Record<string, Locked> }
      return new Map(Object.entries(packages))
    } catch {} // absent: the next one has it, or npm has installed nothing yet
  }
  return new Map()
}

/** Returns the name of the package at `node_modules/a/node_modules/@b/c`, or at a folder that a link leads to. */
function nameIn(path: string, packages: ReadonlyMap<string, Locked>): string {
  const [at] = [...packages].find(([, { link, resolved }]) => link && resolved === path) ?? [path]
  return at.slice(at.lastIndexOf(MODULES) + MODULES.length)
}

const MODULES = 'node_modules/'
