import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginPackage } from './discover.js'

/**
 * The hash of the archive that npm installed a plugin from, as its lock file has it (`sha512-…`): the one thing that
 * names a plugin's code. Undefined of one that came otherwise.
 */
export async function lockedIntegrity({ package: name, root, type }: PluginPackage): Promise<string | undefined> {
  if (type !== 'user' || !root.endsWith(name)) return undefined
  try {
    const text = await readFile(join(root.slice(0, -name.length), '.package-lock.json'), 'utf8')
    const { packages } = JSON.parse(text) as { packages?: Record<string, { integrity?: unknown }> }
    const integrity = packages?.[`node_modules/${name}`]?.integrity
    return typeof integrity === 'string' ? integrity : undefined
  } catch {
    return undefined // npm wrote none, or another program did: it is told as it is, unknown
  }
}
