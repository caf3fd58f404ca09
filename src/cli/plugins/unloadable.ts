import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config } from '@oclif/core'
import { reportOf } from '../errors/error-report.js'
import { formatMessage } from '../errors/format-message.js'
import type { DataPackage } from './data-folder.js'

/** Returns why a folder is not a plugin, by its package.json alone; undefined when it is one. Runs none of its code. */
export function packageFault(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(folder)) return `there is no folder ${folder}`
  if (!existsSync(file)) return `there is no package.json in ${folder}`
  try {
    const about: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!has(about, 'name', 'string')) return `${file} has no "name"`
    if (!has(about, 'oclif', 'object')) return `${file} declares no miner and no dialect: it has no "oclif"`
    return undefined
  } catch (error) {
    return `${file} cannot be read: ${(error as Error).message}`
  }
}

function has(about: unknown, key: string, type: string): boolean {
  const value = about && (about as Readonly<Record<string, unknown>>)[key]
  return Boolean(value) && typeof value === type
}

/**
 * Makes oclif warn once of the plugins that it cannot load, and how to mend that: a linked folder may be gone, an installed
 * one be half removed. oclif's own warnings name no plugin and show internals (@oclif/core `config/config.js` warn).
 */
export function warnUnloaded(): void {
  let hasWarned = false
  const warn = function (this: Config, error: Error): void {
    if (hasWarned) return
    hasWarned = true
    const loaded = [...this.plugins.values()]
    const { oclif } = JSON.parse(readFileSync(join(this.dataDir, 'package.json'), 'utf8')) as DataPackage
    for (const { name, type, root = join(this.dataDir, 'node_modules', name) } of oclif.plugins) {
      if (loaded.some(plugin => plugin.name === name || plugin.root === root)) continue
      const message = `the plugin ${name} cannot be loaded: ${packageFault(root) ?? error.message}`
      // Installed again, a plugin works again; only a link leads nowhere when its folder is gone.
      const hint = type === 'link' ? `miner plugins:uninstall ${name}` : `miner plugins:update ${name}`
      process.stderr.write(formatMessage({ label: 'warning', message, hint }))
    }
  }
  Object.assign(Config.prototype, { warn })
}

const load = Config.prototype.loadPluginsAndCommands

/**
 * Makes oclif warn in words of this program when it cannot read which plugins are installed. It emits the bare error of the
 * system, which names no remedy (@oclif/core `config/plugin-loader.js` loadUserPlugins).
 */
export function warnUnread(): void {
  const loadPluginsAndCommands = async function (this: Config, ...how: Parameters<typeof load>): Promise<void> {
    const { emitWarning } = process
    const failures: Error[] = []
    process.emitWarning = ((warning: string | Error, ...rest: never[]) =>
      warning instanceof Error ? failures.push(warning) : emitWarning(warning, ...rest)) as typeof emitWarning
    try {
      await load.apply(this, how)
    } finally {
      process.emitWarning = emitWarning
    }
    if (failures.length > 0 && !(await warnOfFolder(this.dataDir))) for (const failure of failures) emitWarning(failure)
  }
  Object.assign(Config.prototype, { loadPluginsAndCommands })
}

/** Returns whether the folder was the fault. */
async function warnOfFolder(dataDir: string): Promise<boolean> {
  const { DataFolder } = await import('./data-folder.js')
  try {
    await new DataFolder(dataDir).read()
    return false
  } catch (error) {
    const report = reportOf(error)
    if (!report) throw error
    const message = `no plugin is loaded: ${report.message}`
    process.stderr.write(formatMessage({ label: 'warning', message, hint: report.hint }))
    return true
  }
}
