import { join } from 'node:path'
import type { ConfigFile } from '../config/read-file.js'
import { typedValue } from './typed-value.js'

/** The file that `--config` names, else the one in the configuration folder, which need not be there. */
export function configFile(argv: readonly string[], configDir: string): ConfigFile {
  const named = typedValue(argv, 'config')
  return named === undefined
    ? { path: join(configDir, 'config.toml'), explicit: false }
    : { path: named, explicit: true }
}
