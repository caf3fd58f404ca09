import { existsSync, readFileSync } from 'node:fs'
import type { Config } from '@oclif/core'
import { endOfFlags, typedValue } from '../../config/layers/argv.js'
import { configFileOf } from '../config-file-of.js'
import type { HelpFlag, HelpFlags } from './help-flags.js'

/** The flags of the settings that come with this program, as the build wrote them to a file. */
export type BuiltInFlags = Pick<HelpFlags, 'host'> & {
  readonly miners: Readonly<Record<string, readonly HelpFlag[]>>
  /** how the miner is chosen, without dashes */
  readonly use: {
    readonly default: string
    readonly flag: string
    readonly otherFlags: readonly string[]
    readonly variables: readonly string[]
  }
}

type Asked = {
  readonly argv: readonly string[]
  readonly config: Pick<Config, 'configDir' | 'getPluginsList'>
  readonly allMiners: boolean
}

/**
 * Reads the flags that help shows from the file that the build wrote: deriving them takes longer than all else that help
 * does.
 *
 * @returns null when a plugin is installed, or a file, a variable or an old flag could choose the miner
 */
export function readBuiltInFlags({ argv, config, allMiners }: Asked): HelpFlags | null {
  if (config.getPluginsList().some(({ type }) => type !== 'core')) return null
  const file = configFileOf(argv, config.configDir)
  if (file.explicit || existsSync(file.path) || typedValue(argv, 'env-file') !== undefined) return null
  const { host, miners, use } = JSON.parse(readFileSync(FILE, 'utf8')) as BuiltInFlags
  if (allMiners) return { host, miners: Object.values(miners) }
  const words = argv.slice(0, endOfFlags(argv))
  if (use.variables.some(name => process.env[name] !== undefined)) return null
  if (use.otherFlags.some(name => words.some(word => word.startsWith(`--${name}`)))) return null
  const chosen = miners[typedValue(argv, use.flag) ?? use.default]
  return chosen ? { host, miners: [chosen] } : null
}

const FILE = new URL(import.meta.resolve('#dist/cli/flags/built-in-flags.json'))
