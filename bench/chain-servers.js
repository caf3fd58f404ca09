import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { developmentKeys } from '../dist/keys/development-keys.js'
import { callers } from './requests.js'
import { startServer } from './server.js'

/** Of the miner that is measured, and of those who ask it. */
const hotkeys = [developmentKeys[1].address, ...callers.map(({ address }) => address)]

const here = ['--axon-host', '127.0.0.1', '--axon-port', '0']
const echo = ['--use', 'echo']
const wallet = ['--wallet-path', 'test/fixtures/wallets', '--wallet-name', 'plain'] // //Bob

/** Starts a node in a process of its own; see chain-node.js. @returns `url`, `calls`: by name, and `stop` */
export async function startNode(options) {
  const node = fork(new URL('chain-node.js', import.meta.url), [JSON.stringify({ hotkeys, ...options })])
  const [{ url }] = await once(node, 'message')
  return {
    url,
    async calls() {
      const answered = once(node, 'message')
      node.send('calls')
      const [{ calls }] = await answered
      return calls
    },
    async stop() {
      const ended = once(node, 'exit')
      node.disconnect()
      await ended
    },
  }
}

/**
 * Starts `miner serve` on the chain of a node, on the clock of quick-clock.js.
 *
 * @param speed of that clock; `isStopped`: at first it stands still
 */
export function serveOnChain({ url, env, speed, isStopped = false, watch, more = [] }) {
  const imports = ['quick-clock.js', 'thread-memory.js'].flatMap(name => ['--import', `./bench/${name}`])
  return startServer({
    name: 'miner serve on a chain',
    args: [
      ...imports,
      'bin/run.js',
      'serve',
      ...['--network', url, '--netuid', '1', '--no-announce'],
      ...here,
      ...echo,
      ...wallet,
      ...more,
    ],
    env: { ...env, BENCH_SPEED: String(speed), ...(isStopped && { BENCH_STOPPED: 'yes' }) },
    watch,
  })
}

/**
 * Starts `miner serve` without a chain, for the callers of the bench.
 *
 * @param node its options; `more`: flags; `use`: those of its miner; `folder`: a data folder of its own, because an axon
 *   locks the spent nonces of its hotkey
 */
export function serveWithoutChain(env, { node = [], more = [], use = echo, folder = ownFolder(env) } = {}) {
  const allow = callers.map(({ address }) => address).join()
  return startServer({
    name: 'miner serve',
    args: [...node, 'bin/run.js', 'serve', '--network', 'none', ...here, ...use, ...wallet, ...more],
    env: { ...env, MINER_POLICY_ALLOW: allow, MINER_DATA_DIR: folder },
  })
}

/** Makes a folder in the data folder. */
export function ownFolder({ MINER_DATA_DIR }) {
  return mkdtempSync(join(MINER_DATA_DIR, 'without-chain-'))
}
