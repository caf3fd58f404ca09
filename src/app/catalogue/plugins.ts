import { isForeignSection } from '../../config/schema/names.js'
import { type Declared, discover, type InstalledPlugin } from '../../plugin/load/discover.js'
import type { PluginKind } from '../../plugin/sdk.js'
import { hostSections } from '../settings.js'
import { builtInDialects } from './dialects.js'
import { builtInMiners } from './miners.js'

/** What is installed beside this program, and what of it may be used: packages by name, or null for all. */
export type Installed = { readonly plugins: readonly InstalledPlugin[]; readonly allow: readonly string[] | null }

/** The miners and dialects that installed plugins declare, those that cannot be used among them. */
export function declaredPlugins({ plugins, allow }: Installed): readonly Declared[] {
  return discover(plugins, { allow, isTaken: isTakenName })
}

/** Is the name that of a built-in miner or dialect, or one that no miner can have? */
export function isTakenName(kind: PluginKind, name: string): boolean {
  if (kind === 'dialect') return builtInDialects.includes(name)
  return builtInMiners.includes(name) || isReserved(name)
}

/** Would its table, its variables or its flags be those of somebody else? */
function isReserved(name: string): boolean {
  const sections = Object.values(hostSections)
  const ofHost = [...sections.flatMap(({ name: table, settings }) => table || Object.keys(settings.shape)), 'no']
  return ofHost.some(one => name === one || name.startsWith(`${one}-`)) || isForeignSection(name)
}
