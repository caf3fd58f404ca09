import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMiner } from '../support/miner-process.ts'
import { alice } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

/** A folder whose name means something to systemd, to a shell, to YAML and to compose. */
const HOSTILE = `a b%c$d"e\\f'g`

/** A miner that is configured in a folder of its own. */
export type Configured = Disposable & {
  readonly folder: string
  /** the folder in it, with a hostile name, that has the wallet, the configuration and the secret */
  readonly own: string
  readonly port: number
  /** Runs `miner service …` for it. */
  service(...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }>
}

/** Configures a miner that echoes what //Alice asks, without a chain. */
export function configureMiner(port: number): Configured {
  const folder = mkdtempSync(join(tmpdir(), 'miner-deploy-'))
  const own = join(folder, HOSTILE)
  mkdirSync(own)
  cpSync(join(wallets, 'plain'), join(own, 'wallets/plain'), { recursive: true })
  writeFileSync(join(own, 'secret'), 'a password that is not needed\n', { mode: 0o600 })
  const policy = `[policy]\nallow = ["${alice.address}"]\n`
  writeFileSync(join(own, 'config.toml'), `use = "echo"\n\n${policy}`, { mode: 0o600 })
  const flags = [
    ...[
      '--config',
      join(own, 'config.toml'),
      '--network',
      'none',
      '--axon-host',
      '127.0.0.1',
      '--axon-port',
      String(port),
    ],
    ...['--wallet-path', join(own, 'wallets'), '--wallet-name', 'plain', '--wallet-password', `file:${own}/secret`],
    ...['--echo-prefix', `50% $HOME "a" \\ 'b' `],
  ]
  return {
    folder,
    own,
    port,
    async service(...words) {
      const ended = await runMiner(['service', ...words, ...flags], { cwd: folder, env: { NODE_EXTRA_CA_CERTS: '' } })
      assert.equal(ended.code, 0, ended.stderr)
      return ended
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
