import { isForeignSection } from '../../config/schema/names.js'
import { type Declared, discover, type InstalledPlugin } from '../../plugin/load/discover.js'
import type { PluginKind } from '../../plugin/sdk.js'
import { hostSections } from '../settings.js'
import { builtInDialects } from './dialects.js'
import { builtInMiners } from './miners.js'

/** The installed plugins, and the names of the packages that may be used, or null for all. */
export type Installed = { readonly plugins: readonly InstalledPlugin[]; readonly allow: readonly string[] | null }

/** Finds the miners and dialects that installed plugins declare, including unusable ones. */
export function declaredPlugins({ plugins, allow }: Installed): readonly Declared[] {
  return discover(plugins, { allow, isTaken: isTakenName })
}

/** Returns whether a name is that of a built-in miner or dialect, or one that a miner cannot have. */
export function isTakenName(kind: PluginKind, name: string): boolean {
  if (kind === 'dialect') return builtInDialects.includes(name)
  return builtInMiners.includes(name) || isReservedName(name)
}

/** Returns whether a miner's table, variables or flags would collide with those of the host or of another program. */
export function isReservedName(name: string): boolean {
  const sections = Object.values(hostSections)
  const ofHost = [...sections.flatMap(({ name: table, settings }) => table || Object.keys(settings.shape)), 'no']
  return ofHost.some(one => name === one || name.startsWith(`${one}-`)) || isForeignSection(name)
}
