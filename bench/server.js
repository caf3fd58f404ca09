import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Starts a server, and waits until it reports its port, in a line of JSON.
 *
 * @param watch called with each record of its log; without it the log is not read further, because parsing it here would
 *   slow a load down
 * @returns `port`, `pid`, `memoryPort` if it reports one, `stop`, and `kill`, which sends it a signal
 */
export async function startServer({ name, command = process.execPath, args, env, watch }) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = []
  const ready = Promise.withResolvers()
  let memoryPort
  const outputs = [child.stdout, child.stderr].map(input => {
    const lines = createInterface({ input })
    lines.on('line', line => {
      if (output.length < 20) output.push(line)
      const record = line.startsWith('{') ? JSON.parse(line) : {}
      memoryPort ??= record.memoryPort
      if (record.port !== undefined) ready.resolve(record.port) // the first port in the output
      watch?.(record)
    })
    return { input, lines }
  })
  child.once('exit', code => ready.reject(new Error(`${name} exited with ${code}:\n${output.join('\n')}`)))
  const stop = async () => {
    if (child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  const port = await ready.promise
  if (args.includes('serve')) await sleep(NEW_STORE_MS)
  if (!watch)
    for (const { input, lines } of outputs) {
      lines.close()
      input.resume()
    }
  const memory = async () => (await fetch(`http://127.0.0.1:${memoryPort}`)).json()
  return { port, pid: child.pid, memory, stop, kill: signal => child.kill(signal) }
}

/** `miner serve` refuses all callers for 4 s when its store of spent nonces is new. */
const NEW_STORE_MS = 5_000
