import { isForeignSection } from '../config/foreign-variables.js'
import { type Declared, discover, type InstalledPlugin } from '../plugin/discover.js'
import { builtInDialects } from './dialect-catalogue.js'
import { builtInMiners } from './miner-catalogue.js'
import { hostSections } from './settings.js'

/** What is installed beside this program, and what of it may be used: packages by name, or null for all. */
export type Installed = { readonly plugins: readonly InstalledPlugin[]; readonly allow: readonly string[] | null }

/** The miners and dialects that installed plugins declare, those that cannot be used among them. */
export function declaredPlugins({ plugins, allow }: Installed): readonly Declared[] {
  return discover(plugins, {
    allow,
    isTaken: (kind, name) =>
      kind === 'dialect' ? builtInDialects.includes(name) : builtInMiners.includes(name) || isReserved(name),
  })
}

/** Would its table, its variables or its flags be those of somebody else? */
function isReserved(name: string): boolean {
  const sections = Object.values(hostSections)
  const ofHost = [...sections.flatMap(({ name: table, settings }) => table || Object.keys(settings.shape)), 'no']
  return ofHost.some(one => name === one || name.startsWith(`${one}-`)) || isForeignSection(name)
}
