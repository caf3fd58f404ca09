import { existsSync } from 'node:fs'
import type { Config } from '@oclif/core'
import { endOfFlags, typedValue } from '../../config/layers/argv.js'
import { configFileOf } from '../config-file-of.js'
import type { HelpFlags } from './help-flags.js'

type Asked = {
  readonly argv: readonly string[]
  readonly config: Pick<Config, 'configDir' | 'getPluginsList'>
  readonly allMiners: boolean
}

/**
 * Returns the flags for help as the build derived them: deriving them takes longer than the rest of help.
 *
 * @returns null when a plugin is installed, or a file, a variable or an old flag could choose the miner
 */
export async function findBuiltInFlags({ argv, config, allMiners }: Asked): Promise<HelpFlags | null> {
  if (config.getPluginsList().some(({ type }) => type !== 'core')) return null
  const file = configFileOf(argv, config.configDir)
  if (file.explicit || existsSync(file.path) || typedValue(argv, 'env-file') !== undefined) return null
  const { knownFlags } = await import('./known-flags.js')
  if (!knownFlags) return null
  const { host, miners, use } = knownFlags
  if (allMiners) return { host, miners: Object.values(miners) }
  const words = argv.slice(0, endOfFlags(argv))
  if (use.variables.some(name => process.env[name] !== undefined)) return null
  if (use.otherFlags.some(name => words.some(word => word.startsWith(`--${name}`)))) return null
  const name = typedValue(argv, use.flag) ?? use.default
  return Object.hasOwn(miners, name) ? { host, miners: [miners[name]!] } : null
}
