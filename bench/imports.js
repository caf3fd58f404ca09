import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callers } from './requests.js'
import { median, startModel } from './starts.js'

const ROUNDS = 15
/** How the program imports those that cannot be imported by their name alone. */
const scripts = {
  '@noble/hashes': `import('@noble/hashes/blake2.js')`,
  npm: '0', // a process of its own; it has nothing to import
  tsyringe: `import('reflect-metadata').then(() => import('tsyringe'))`,
}

/**
 * What each dependency weighs: the packages that it brings, the megabytes of them all and of itself, the time to import it
 * alone, and the commands that load it. What two of them bring counts for both.
 *
 * @param env with folders of its own for configuration and cache
 * @returns by package: `ms` beyond the median of `node -e 0`, `times` as a multiple of it. Those for development are not
 *   imported.
 */
export async function imports(env) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const { floor, medians } = importTimes(Object.keys(dependencies), env)
  const loaded = await loadedBy(env)
  const rows = [...Object.keys(dependencies), ...Object.keys(devDependencies)].map(name => {
    const commands = Object.keys(loaded).filter(command => loaded[command].has(name))
    const ms = medians[name]
    const start = ms && { ms: rounded(ms - floor), times: rounded(ms / floor), loadedBy: commands.join(' · ') }
    return [name, { ...weight(name), ...start }]
  })
  return { 'node -e 0': { ms: rounded(floor), times: 1 }, ...Object.fromEntries(rows) }
}

/** The median time of a process that imports one of them and nothing else, with a compile cache as the program has it. */
function importTimes(names, env) {
  const times = Object.fromEntries(['node -e 0', ...names].map(name => [name, []]))
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of Object.keys(times)) {
      const script = name === 'node -e 0' ? '0' : (scripts[name] ?? `import('${name}')`)
      const startedAt = performance.now()
      const { status, stderr } = spawnSync(process.execPath, ['-e', script], {
        env: { ...env, NODE_COMPILE_CACHE: join(env.HOME, 'compiled') },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
      if (round >= 0) times[name].push(performance.now() - startedAt) // the first fills the compile cache
    }
  }
  const { 'node -e 0': floor, ...medians } = Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, median(all)]),
  )
  return { floor, medians }
}

/** By command: the packages at the top of node_modules of which it loads a module, in a thread of its own or here. */
async function loadedBy(env) {
  await using model = await startModel()
  const wallet = ['--wallet-path', 'test/fixtures/wallets', '--wallet-name', 'plain']
  const nowhere = ['--network', 'none', '--axon-host', '127.0.0.1', '--axon-port', '0', '--allow', callers[0].address]
  const serve = ['serve', ...nowhere, ...wallet]
  const commands = {
    '--version': ['--version'],
    '--help': ['--help'],
    'serve --help': ['serve', '--help'],
    'config show': ['config', 'show'],
    'prompt --use echo': ['prompt', '--use', 'echo', 'hi'],
    prompt: ['prompt', '--base-url', model.baseUrl, 'hi'],
    'serve --use echo': [...serve, '--use', 'echo'],
    serve: [...serve, '--base-url', model.baseUrl],
  }
  const loaded = {}
  for (const [name, args] of Object.entries(commands)) loaded[name] = await packagesOf(args, { env, name })
  return loaded
}

async function packagesOf(args, { env, name }) {
  const trace = join(env.HOME, `modules of ${name}`)
  const tracing = ['--import', new URL('../test/support/trace-imports.ts', import.meta.url).href]
  const child = spawn(process.execPath, [...tracing, 'bin/run.js', ...args], {
    env: { ...env, TRACE: trace },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  let said = ''
  for await (const text of child.stderr.setEncoding('utf8')) {
    said += text
    if (text.includes('"event":"serving"')) child.kill('SIGTERM')
  }
  const [status] = await exited
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${said}`)
  const root = new URL('../node_modules/', import.meta.url).href
  const paths = readFileSync(trace, 'utf8')
    .split('\n')
    .filter(url => url.startsWith(root) && !url.includes('/node_modules/', root.length))
  return new Set(paths.map(url => /^(@[^/]+\/)?[^/]+/.exec(url.slice(root.length))[0]))
}

/** How many packages one brings as it is installed here, and what they take on disk. */
function weight(name) {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const [own, ...brought] = closure(`node_modules/${name}`, packages)
  const sizes = [own, ...brought].map(size)
  const all = sizes.reduce((sum, bytes) => sum + bytes, 0)
  return { brings: brought.length, MB: rounded(all / 1e6), ownMB: rounded(sizes[0] / 1e6) }
}

/** Its path in the lock file, and those of all that it depends on. */
function closure(path, packages, seen = new Set()) {
  if (seen.has(path)) return seen
  seen.add(path)
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[path]
  const peers = Object.keys(peerDependencies ?? {}).filter(name => !peerDependenciesMeta?.[name]?.optional)
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
    const found = resolved(name, path, packages)
    if (found) closure(found, packages, seen)
  }
  return seen
}

/** Where Node finds a package from another; undefined when it is not installed, as one for another platform. */
function resolved(name, from, packages) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = join(folder, 'node_modules', name)
    if (packages[path] && existsSync(path)) return path
    if (folder === '') return undefined
  }
}

/** The bytes of a package's files, without those of the packages below it. */
function size(path) {
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce((sum, entry) => {
      const file = join(path, entry.name)
      return sum + (entry.isDirectory() ? size(file) : lstatSync(file).size)
    }, 0)
}

function rounded(value) {
  return Number(value.toPrecision(value < 1 ? 1 : value < 100 ? 2 : 3))
}
