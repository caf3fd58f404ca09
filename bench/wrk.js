import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const wrk = process.env.WRK || 'wrk'

/** The bench needs a tool that this machine lacks; the message says how to get it. */
export class MissingTool extends Error {}

/** @throws MissingTool */
export function requireWrk() {
  const { error, stdout } = spawnSync(wrk, ['-v'], { encoding: 'utf8' })
  if (error || !stdout.startsWith('wrk '))
    throw new MissingTool(
      `cannot run ${wrk}, which generates the load: apt-get install wrk, or name its path in WRK (bench/README.md)`,
    )
}

/**
 * Loads a server with wrk over keep-alive connections, each with one request in flight, for some seconds. Each request is
 * sent once, as long as there are enough.
 *
 * @param requests whole HTTP requests, as bytes
 * @returns `perSecond`, `p50` and `p99` in milliseconds; null when there were too few requests
 * @throws when a request fails, or has another status than 2xx or 3xx
 */
export async function loadByWrk({ port, requests, connections, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'miner-bench-'))
  try {
    const file = join(folder, 'requests')
    writeFileSync(file, Buffer.concat(requests.flatMap(request => [Buffer.from(`${request.length}\n`), request])))
    const how = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', 'bench/wrk.lua']
    const { stdout } = await run(wrk, [...how, `http://127.0.0.1:${port}`, '--', file])
    const result = JSON.parse(stdout.split('\n').findLast(line => line.startsWith('{')))
    if (result.ranOut) return null
    if (result.statuses + result.failures > 0) throw new Error(`requests were refused or failed:\n${stdout}`)
    return { perSecond: result.requests / result.seconds, p50: result.p50, p99: result.p99 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// Not `execFileSync`: meanwhile this process reads the log of the server.
const run = promisify(execFile)
