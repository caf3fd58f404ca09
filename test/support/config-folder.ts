import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ended } from './child-process.ts'
import { runMiner } from './miner-process.ts'

/** A folder with a configuration file, and runs of the real program with it. Disposing it removes the folder. */
export class ConfigFolder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'miner-config-'))
  readonly file = join(this.folder, 'config.toml')

  constructor(text?: string, mode = 0o600) {
    if (text !== undefined) this.write(text, mode)
  }

  get text(): string {
    return readFileSync(this.file, 'utf8')
  }

  /** the permission bits of the file */
  get mode(): number {
    return statSync(this.file).mode & 0o777
  }

  get names(): readonly string[] {
    return readdirSync(this.folder).sort()
  }

  write(text: string, mode = 0o600): void {
    writeFileSync(this.file, text)
    chmodSync(this.file, mode)
  }

  /** Runs `miner config …`; the folder in its output is written `@`. */
  async config(
    args: readonly string[],
    { env, input }: { env?: Record<string, string>; input?: string } = {},
  ): Promise<Ended> {
    const ended = await runMiner(['config', ...args], {
      env: { ...this.env, ...env },
      ...(input !== undefined && { input }),
    })
    const short = (text: string) => text.replaceAll(this.folder, '@')
    return { ...ended, stdout: short(ended.stdout), stderr: short(ended.stderr) }
  }

  get env(): Record<string, string> {
    return { MINER_CONFIG_DIR: this.folder }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
