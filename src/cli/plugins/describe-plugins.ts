import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import type { DataFolder } from './data-folder.js'

/** A plugin as `miner plugins --json` lists it. Part of the program's interface. */
export type PluginEntry = {
  readonly name: string
  /** null when it cannot be loaded */
  readonly version: string | null
  /** `npm`: installed; `link`: a folder of the user */
  readonly type: 'npm' | 'link'
  /** its folder */
  readonly path: string
  /** the version, range or tag that it was installed for */
  readonly tag?: string
  /** the file, folder or repository that it was installed from */
  readonly url?: string
  /** the names of what it declares */
  readonly miners: readonly string[]
  readonly dialects: readonly string[]
  readonly commands: readonly string[]
}

/** Describes the registered plugins, including those that cannot be loaded. */
export async function describePlugins(
  loaded: readonly Interfaces.Plugin[],
  folder: DataFolder,
): Promise<readonly PluginEntry[]> {
  const { plugins } = (await folder.read()).oclif
  const registered = plugins.map((plugin): PluginEntry => {
    const { name, type, tag, url } = plugin
    const found = loaded.find(one => one.name === name && one.type === type)
    return {
      name,
      version: found?.version ?? null,
      type: type === 'link' ? 'link' : 'npm',
      path: folder.rootOf(plugin),
      ...(tag !== undefined && { tag }),
      ...(url !== undefined && { url }),
      ...declarations(found),
    }
  })
  return registered.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** Returns a plugin's dependencies with their installed versions; null: not installed. */
export async function dependenciesOf(
  root: string,
): Promise<Readonly<Record<string, { readonly range: string; readonly version: string | null }>>> {
  const { dependencies = {} } = (await readPackage(join(root, 'package.json'))) as {
    dependencies?: Record<string, string>
  }
  const found = Object.entries(dependencies).map(async ([name, range]) => {
    return [name, { range, version: await versionFrom(root, name) }] as const
  })
  return Object.fromEntries(await Promise.all(found))
}

/** Looks a package up as Node does from a folder; its `exports` may hide its package.json, so the folders are read. */
async function versionFrom(root: string, name: string): Promise<string | null> {
  for (const folder of createRequire(join(root, 'package.json')).resolve.paths(name) ?? []) {
    const { version } = (await readPackage(join(folder, name, 'package.json'))) as { version?: unknown }
    if (typeof version === 'string') return version
  }
  return null
}

async function readPackage(file: string): Promise<object> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as object
  } catch {
    return {} // absent or broken
  }
}

function declarations(plugin: Interfaces.Plugin | undefined): Pick<PluginEntry, 'miners' | 'dialects' | 'commands'> {
  const oclif = (plugin?.pjson.oclif ?? {}) as { readonly miners?: unknown; readonly dialects?: unknown }
  return {
    miners: namesIn(oclif.miners),
    dialects: namesIn(oclif.dialects),
    commands: plugin?.commandIDs.toSorted() ?? [],
  }
}

/** A stranger's package.json may hold anything. */
function namesIn(table: unknown): readonly string[] {
  return typeof table === 'object' && table !== null && !Array.isArray(table) ? Object.keys(table) : []
}
