import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMiner } from './miner-process.ts'

/** The file of this program that Node runs. */
export const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** The wallets of the tests: `plain`, and `locked` with a password. */
export const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

/** A folder in which `miner service` runs, with a configuration of its own. */
export class ServiceFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'miner-service-'))
  readonly config = join(this.path, 'config')
  readonly env: Readonly<Record<string, string>> = {
    MINER_CONFIG_DIR: this.config,
    BT_WALLET_PATH: wallets,
    BT_WALLET_NAME: 'plain',
    NODE_EXTRA_CA_CERTS: '',
  }

  /** Runs `miner service …` in it. */
  run(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
    return runMiner(['service', ...words], { env: { ...this.env, ...more }, cwd: this.path })
  }

  /** Writes the configuration file. @returns its path */
  configure(toml: string): string {
    const file = join(this.config, 'config.toml')
    mkdirSync(this.config)
    writeFileSync(file, toml, { mode: 0o600 })
    return file
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** Returns the files below a folder. */
export function everyPath(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(file =>
    file.isFile() ? [join(file.parentPath, file.name)] : [],
  )
}
