import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'

const ROUNDS = 15

/**
 * Measures commands from start to exit, and `serve` until it listens, as multiples of `node -e 0`. The runs alternate, so
 * that a slow moment of the machine affects all of them.
 *
 * @param env must name separate folders for configuration and cache
 * @returns by command: the median in milliseconds, and as a multiple of the median of `node -e 0`
 */
export async function starts(env) {
  await using model = await startModel()
  const ask = (...args) => toExit(env, ['bin/run.js', ...args])
  const runs = {
    'node -e 0': toExit(env, ['-e', '0']),
    'miner --version': ask('--version'),
    'miner serve --help': ask('serve', '--help'),
    'miner prompt --help': ask('prompt', '--help'),
    'miner prompt --use echo': ask('prompt', '--use', 'echo', 'hi'),
    'miner prompt, a model on loopback': ask('prompt', '--base-url', model.baseUrl, 'hi'),
    'miner serve, until it listens': () => untilItListens(env, model.baseUrl),
  }
  const times = Object.fromEntries(Object.keys(runs).map(name => [name, []]))
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const ms = await run()
      if (round >= 0) times[name].push(ms) // the first fills the compile cache
    }
  }
  const floor = median(times['node -e 0'])
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, { ms: median(all), times: median(all) / floor }]),
  )
}

/** Returns what runs the arguments to their end, and returns the milliseconds. */
function toExit(env, args) {
  return () => {
    const startedAt = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    if (status !== 0) throw new Error(`node ${args.join(' ')} exited with ${status}: ${stderr}`)
    return performance.now() - startedAt
  }
}

/** Starts an axon, and returns the milliseconds until it logs its port. */
async function untilItListens(env, baseUrl) {
  const args = ['bin/run.js', 'serve', '--dev', '--axon-port', '0', '--base-url', baseUrl]
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  let log = ''
  for await (const line of createInterface({ input: child.stderr })) {
    log += `${line}\n`
    if (JSON.parse(line).port === undefined) continue
    const ms = performance.now() - startedAt
    child.kill('SIGTERM')
    await exited
    return ms
  }
  throw new Error(`miner serve ended before it listened: ${log}`)
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Serves a model on loopback in its own thread, because `spawnSync` blocks this one. */
export async function startModel() {
  const model = new Worker(new URL(import.meta.url), { workerData: 'model' })
  const [baseUrl] = await once(model, 'message')
  return { baseUrl, [Symbol.asyncDispose]: () => model.terminate() }
}

async function serveModel(post) {
  const message = { role: 'assistant', content: 'hi' }
  const reply = JSON.stringify({ model: 'bench', choices: [{ index: 0, message, finish_reason: 'stop' }] })
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' }).end(reply)
  })
  server.listen(0, '127.0.0.1', () => post(`http://127.0.0.1:${server.address().port}/v1`))
}

const { parentPort, workerData } = await import('node:worker_threads')
if (workerData === 'model') await serveModel(url => parentPort.postMessage(url))
