import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'

const ROUNDS = 15

/**
 * Measures commands from start to exit, as multiples of `node -e 0`. The runs alternate, so that a slow moment of the
 * machine affects all of them.
 *
 * @param env must name separate folders for configuration and cache
 * @returns by command: the median in milliseconds, and as a multiple of the median of `node -e 0`
 */
export async function starts(env) {
  await using model = await startModel()
  const miner = (...args) => ['bin/run.js', ...args]
  const commands = {
    'node -e 0': ['-e', '0'],
    'miner --version': miner('--version'),
    'miner serve --help': miner('serve', '--help'),
    'miner prompt, a model on loopback': miner('prompt', '--base-url', model.baseUrl, 'hi'),
  }
  const times = Object.fromEntries(Object.keys(commands).map(name => [name, []]))
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const startedAt = performance.now()
      const { status, stderr } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
      if (status !== 0) throw new Error(`${name} exited with ${status}: ${stderr}`)
      if (round >= 0) times[name].push(performance.now() - startedAt) // the first fills the compile cache
    }
  }
  const floor = median(times['node -e 0'])
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, { ms: median(all), times: median(all) / floor }]),
  )
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
