import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LogRecord, MinerProcess } from './miner-process.ts'
import { alice, send, signedRequest } from './signed-request.ts'

/** A configuration file in a folder of its own; null: without the file. It is replaced as editors do, by renaming another one. */
export function configFile(text: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'miner-reload-'))
  const path = join(folder, 'config.toml')
  const write = (next: string) => {
    writeFileSync(`${path}.new`, next)
    renameSync(`${path}.new`, path)
  }
  if (text !== null) write(text)
  return { path, folder, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The text of a file that admits these hotkeys. */
export const allows = (...hotkeys: { address: string }[]) =>
  `[policy]\nallow = ${JSON.stringify(hotkeys.map(({ address }) => address))}\n`

/** Sends SIGHUP, and returns what the miner logs of it. */
export async function reload(miner: MinerProcess, event: string): Promise<LogRecord> {
  const logged = miner.next(event)
  miner.send('SIGHUP')
  return await logged
}

export const statusOf = async (miner: MinerProcess, by = alice) => (await send(miner.url, signedRequest({ by }))).status

/** A miner without a chain, with the hotkey //Bob, to be given a file by `--config`. */
export const serveWithoutChain = [
  ...['serve', '--use', 'echo', '--network', 'none', '--axon-host', '127.0.0.1', '--axon-port', '0'],
  ...['--wallet-path', fileURLToPath(new URL('../fixtures/wallets', import.meta.url)), '--wallet-name', 'plain'],
]
