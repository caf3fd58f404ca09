import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROUNDS = 15
const PLUGINS = 10

/**
 * Measures start times with ten unused plugins installed, and without any: `--version` to its exit, `serve` until it
 * serves. The runs alternate, so that a slow moment of the machine affects all of them.
 *
 * @returns by command: the fastest run in milliseconds without plugins and with ten, because other load only adds time
 */
export async function pluginStarts() {
  const homes = { none: homeWith(0), ten: homeWith(PLUGINS) }
  const commands = {
    'miner --version': { args: ['--version'], until: exits },
    'miner serve': { args: ['serve', '--dev', '--use', 'echo', '--axon-port', '0'], until: serves },
  }
  const times = Object.fromEntries(Object.keys(commands).map(name => [name, { none: [], ten: [] }]))
  try {
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, { args, until }] of Object.entries(commands))
        for (const [which, home] of Object.entries(homes)) {
          const ms = await timed(args, { home, until })
          if (round >= 0) times[name][which].push(ms) // the first fills the compile cache
        }
    }
  } finally {
    for (const home of Object.values(homes)) rmSync(home, { recursive: true, force: true })
  }
  const fastest = ({ none, ten }) => ({ none: Math.min(...none), ten: Math.min(...ten) })
  return Object.fromEntries(Object.entries(times).map(([name, both]) => [name, fastest(both)]))
}

async function timed(args, { home, until }) {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    MINER_CONFIG_DIR: home,
    MINER_DATA_DIR: home,
    MINER_CACHE_DIR: home,
  }
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['bin/run.js', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  await until(child, exited)
  const ms = performance.now() - startedAt
  child.kill('SIGKILL')
  await exited
  return ms
}

async function exits(child, exited) {
  child.stderr.resume()
  await exited
}

async function serves(child) {
  for await (const text of child.stderr.setEncoding('utf8')) if (text.includes('"event":"serving"')) return
  throw new Error('serve exited before it served')
}

/** Creates a folder for the program with `count` plugins, laid out as by npm and oclif. */
function homeWith(count) {
  const home = mkdtempSync(join(tmpdir(), 'miner-bench-plugins-'))
  const names = Array.from({ length: count }, (_, at) => `miner-bench-${at}`)
  for (const name of names) {
    const root = join(home, 'node_modules', name)
    mkdirSync(root, { recursive: true })
    const oclif = { contract: 1, miners: { [name]: './index.js' }, dialects: { [name]: './index.js' } }
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', oclif }))
    writeFileSync(join(root, 'index.js'), 'throw new Error("an unused plugin was loaded")')
  }
  const plugins = names.map(name => ({ name, tag: 'latest', type: 'user' }))
  writeFileSync(join(home, 'package.json'), JSON.stringify({ oclif: { plugins, schema: 1 }, private: true }))
  return home
}
