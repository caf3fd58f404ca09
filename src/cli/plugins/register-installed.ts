import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

type DataPackage = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly oclif?: { readonly plugins?: readonly { readonly name: string }[] }
}

/**
 * Registers with oclif the plugins that npm has installed. oclif registers a second plugin from a folder or from git under
 * the first one's name (@oclif/plugin-plugins `plugins.js` install), so it would be installed and not be found.
 *
 * @param dataDir where plugins are installed
 */
export async function registerInstalled(dataDir: string): Promise<void> {
  const file = join(dataDir, 'package.json')
  const data = JSON.parse(await readFile(file, 'utf8')) as DataPackage
  const { plugins = [] } = data.oclif ?? {}
  const missing = Object.entries(data.dependencies ?? {}).filter(([name]) => !plugins.some(one => one.name === name))
  if (missing.length === 0) return
  const added = missing.map(([name, url]) => ({ name, type: 'user', url }))
  await writeFile(file, JSON.stringify({ ...data, oclif: { ...data.oclif, plugins: [...plugins, ...added] } }, null, 2))
}
