import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real redis-server on a port of loopback that stays its own. */
export type Redis = AsyncDisposable & {
  readonly url: string
  readonly port: number
  /** Kills it with SIGKILL, and starts it again, with what it wrote to its disk or with nothing. */
  killed(data: 'with data' | 'without data'): Promise<void>
  /** Kills it with SIGKILL. */
  kill(): Promise<void>
  start(): Promise<void>
  send(signal: NodeJS.Signals): void
}

/**
 * Starts a redis-server that writes each command to its disk before it replies.
 *
 * @param more options that override its own: `--requirepass`, `secret`
 */
export async function startRedis(...more: readonly string[]): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'miner-redis-'))
  const port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction']
  let child: ChildProcess
  const start = async () => {
    child = spawn('redis-server', [...options, ...durable, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout! }))
      if (/Ready to accept connections/.test(line)) {
        child.stdout!.resume()
        return
      }
    throw new Error('redis-server ended before it was ready')
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill,
    async killed(data) {
      await kill()
      if (data === 'without data') rmSync(join(folder, 'appendonlydir'), { recursive: true })
      await start()
    },
    send: signal => child.kill(signal),
    async [Symbol.asyncDispose]() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Returns a port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
