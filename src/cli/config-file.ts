import { join } from 'node:path'
import { typedValue } from '../config/layers/argv.js'
import { type FileContent, readFile } from '../config/layers/toml-file.js'

/**
 * Reads the file that `--config` names, else the one in the configuration folder, which need not be there. To be called
 * once in a run: what a pipe holds (`--config <(decrypt …)`) is gone after that.
 */
export async function configFile(argv: readonly string[], configDir: string): Promise<FileContent | null> {
  const named = typedValue(argv, 'config')
  const file =
    named === undefined ? { path: join(configDir, 'config.toml'), explicit: false } : { path: named, explicit: true }
  return (await readFile(file)) ?? null
}
