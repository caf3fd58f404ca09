import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunOptions, runMiner } from './miner-process.ts'
import { alice } from './signed-request.ts'

export type DoctorFinding = {
  readonly verdict: string
  readonly code?: string
  readonly message: string
  readonly how: string
  readonly hint?: string
}

type Document = {
  readonly counts: Readonly<Record<string, number>>
  readonly checks: readonly { readonly name: string; readonly findings: readonly DoctorFinding[] }[]
}

/** Runs `miner doctor --json`; `brief` has each finding as `check verdict CODE`. */
export async function runDoctor(args: readonly string[], options: RunOptions = {}, run = runMiner) {
  const { code, stdout, stderr } = await run(['doctor', '--json', ...args], options)
  const document: Document = JSON.parse(stdout)
  const brief = (document.checks ?? []).flatMap(({ name, findings }) =>
    findings.map(({ verdict, code = '' }) => `${name} ${verdict} ${code}`.trim()),
  )
  const of = (check: string) => document.checks.find(({ name }) => name === check)?.findings ?? []
  return { code, stderr, document, brief, of }
}

/** Flags of a miner without a chain. */
export const withoutChain = ['--network', 'none', '--allow', alice.address]

/** Makes a folder with the wallets of the fixtures; `env` chooses bob's, which is not encrypted. */
export function doctorHome() {
  const home = mkdtempSync(join(tmpdir(), 'miner-doctor-'))
  const wallets = join(home, 'wallets')
  cpSync(fileURLToPath(new URL('../fixtures/wallets', import.meta.url)), wallets, { recursive: true })
  chmodSync(join(wallets, 'plain/hotkeys/default'), 0o600)
  return {
    home,
    env: { BT_WALLET_PATH: wallets, BT_WALLET_NAME: 'plain', MINER_DATA_DIR: join(home, 'data') },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  }
}
