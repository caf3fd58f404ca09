import { join } from 'node:path'
import { typedValue } from '../config/layers/argv.js'
import { expandHome } from '../config/read-bounded.js'

/** Returns the file that `--config` names, else the one in the configuration folder. */
export function configFileOf(argv: readonly string[], configDir: string): { path: string; explicit: boolean } {
  const named = typedValue(argv, 'config')
  return named === undefined
    ? { path: join(configDir, 'config.toml'), explicit: false }
    : { path: expandHome(named), explicit: true }
}
