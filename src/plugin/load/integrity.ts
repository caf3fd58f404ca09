import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginPackage } from './discover.js'

/**
 * Returns the hash of the archive that npm installed a plugin from (`sha512-…`), which npm's lock file holds. Only this
 * hash identifies a plugin's code. Undefined for a plugin that was not installed by npm.
 */
export async function lockedIntegrity({ package: name, root, type }: PluginPackage): Promise<string | undefined> {
  if (type !== 'user' || !root.endsWith(name)) return undefined
  try {
    const text = await readFile(join(root.slice(0, -name.length), '.package-lock.json'), 'utf8')
    const { packages } = JSON.parse(text) as { packages?: Record<string, { integrity?: unknown }> }
    const integrity = packages?.[`node_modules/${name}`]?.integrity
    return typeof integrity === 'string' ? integrity : undefined
  } catch {
    return undefined // the lock file is absent, or another program's: the hash is unknown
  }
}
