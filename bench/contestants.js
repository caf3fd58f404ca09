import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onCore } from './cores.js'
import { callers, signedRequests } from './requests.js'
import { startServer } from './server.js'
import { taowireRequests } from './taowire-requests.js'

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
/** node:http, with one signature check as axons had it before. */
export const floor = {
  name: 'node:http, check as before',
  command: process.execPath,
  args: ['bench/baseline.js', 'before'],
  perSecond: 4000,
}
/** The same, with our check. */
export const newFloor = { ...floor, name: 'node:http, check as now', args: ['bench/baseline.js', 'now'] }
/** The axon. */
export const ours = {
  name: 'miner serve',
  command: process.execPath,
  args: [...miner, '--use', 'echo', ...wallet],
  perSecond: 4000,
}
/** The axons of two SDKs. */
export const sdks = ['7.4.0', '10.4.1'].map(version => ({
  name: `SDK ${version} axon`,
  command: `.interop/${version}/bin/python`,
  args: ['-W', 'ignore', 'test/interop/python/axon.py', '--async-forward'],
  perSecond: 600,
}))
/** taowire 0.1.0a2, with one worker: it has a wire and a body of its own, and signs its replies. */
export const taowire = {
  name: 'taowire 0.1.0a2',
  command: '.interop/taowire/bin/python',
  args: ['bench/taowire.py', ...callers.map(({ address }) => address)],
  perSecond: 1500,
  signed: taowireRequests,
}

/** All of them that are installed. `perSecond` is how many requests are signed at first for a second of load. */
export function axons() {
  return [floor, newFloor, ours, ...sdks, taowire]
    .filter(({ name, command }) => {
      const isInstalled = existsSync(command)
      if (!isInstalled) console.log(`without ${name}, which is not installed (bench/README.md)`)
      return isInstalled
    })
    .map(axon => ({ signed: signedRequests, ...axon }))
}

/** Starts one of them. @param core the core that it may use; null for all */
export function start({ name, command, args, more = {} }, { core = null } = {}) {
  const env = { ...ownFolders, MINER_POLICY_ALLOW: allow, ...more }
  return startServer({ name, ...(core === null ? { command, args } : onCore(core, command, args)), env })
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
