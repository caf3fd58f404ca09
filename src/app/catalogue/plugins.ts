import { type Declared, discover, type InstalledPlugin } from '../../plugin/load/discover.js'
import { isTakenName } from './is-taken-name.js'

/** What is installed beside this program, and what of it may be used: packages by name, or null for all. */
export type Installed = { readonly plugins: readonly InstalledPlugin[]; readonly allow: readonly string[] | null }

/** The miners and dialects that installed plugins declare, those that cannot be used among them. */
export function declaredPlugins({ plugins, allow }: Installed): readonly Declared[] {
  return discover(plugins, { allow, isTaken: isTakenName })
}
