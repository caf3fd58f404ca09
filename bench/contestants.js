import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callers } from './requests.js'
import { startServer } from './server.js'

const home = mkdtempSync(join(tmpdir(), 'miner-bench-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

/** The environment of a server: folders of its own. */
export const ownFolders = {
  PATH: process.env.PATH,
  HOME: home,
  MINER_CONFIG_DIR: home,
  MINER_DATA_DIR: home,
  MINER_CACHE_DIR: home,
  // That on disk refuses for its first 4 s; `stores` compares the two.
  MINER_AXON_STORE: 'memory',
}

/** A data folder of its own: one hotkey is served once from a folder. */
export function dataFolder() {
  return { MINER_DATA_DIR: mkdtempSync(join(home, 'data-')) }
}

const allow = callers.map(({ address }) => address).join()
const miner = ['bin/run.js', 'serve', '--network', 'none', '--axon-host', '127.0.0.1', '--axon-port', '0']
const wallet = ['--wallet-path', 'test/fixtures/wallets', '--wallet-name', 'plain'] // //Bob
/** node:http, without a signature check. */
export const bare = { name: 'node:http echo', command: process.execPath, args: ['bench/baseline.js'], count: 20_000 }
/** node:http, with one signature check. */
export const checked = {
  name: 'node:http echo, 1 check',
  command: process.execPath,
  args: ['bench/baseline.js', 'check'],
  count: 10_000,
}
/** The axon. */
export const ours = {
  name: 'miner serve',
  command: process.execPath,
  args: [...miner, '--use', 'echo', ...wallet],
  count: 10_000,
}
/** The axons of two SDKs. */
export const sdks = ['7.4.0', '10.4.1'].map(version => ({
  name: `SDK ${version} axon`,
  python: `.interop/${version}/bin/python`,
  count: 600,
}))

/** Starts one of them. */
export function start({ name, command, args, python, more = {} }) {
  const pythonArgs = ['-W', 'ignore', 'test/interop/python/axon.py', '--async-forward']
  const env = { ...ownFolders, MINER_POLICY_ALLOW: allow, ...more }
  return startServer({ name, command: python ?? command, args: python ? pythonArgs : args, env })
}

/** Starts `miner serve` for the model at a base URL, with a port that reports its memory. */
export async function serveModel(baseUrl) {
  const door = new URL('../test/support/memory-door.ts', import.meta.url).href
  return await start({
    name: 'miner serve, streaming',
    command: process.execPath,
    args: [...miner, ...wallet, '--concurrency', '256', '--no-probe'],
    more: { MINER_OPENAI_BASE_URL: baseUrl, NODE_OPTIONS: `--import ${door}` },
  })
}
