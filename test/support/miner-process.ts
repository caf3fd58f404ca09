import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, type ProcessOptions, run, startServer } from './child-process.ts'

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** A line of the log: one JSON object. */
export type LogRecord = { readonly event: string; readonly level: string; readonly [name: string]: unknown }

/** A running `miner serve` whose port is open. */
export type MinerProcess = AsyncDisposable & {
  readonly url: string
  readonly port: number
  readonly hotkey: string
  /** the log so far; complete after `stop` */
  readonly records: readonly LogRecord[]
  /** Sends SIGTERM, and waits for the exit. */
  stop(): Promise<Ended>
}

/**
 * Starts the real program as a process, with its own configuration, data and cache folders, and waits until it serves.
 * `args` begin with `serve` and should include `--axon-port 0`.
 *
 * @throws when it exits first, or does not serve in time, with its output
 */
export async function startMiner(args: readonly string[], options: ProcessOptions = {}): Promise<MinerProcess> {
  const home = freshHome(options)
  const records: LogRecord[] = []
  try {
    const server = await startServer(process.execPath, [program, ...args], {
      ...options,
      env: home.env,
      output: 'stderr',
      readyOf(line) {
        const record = recordOf(line)
        if (record) records.push(record)
        return record?.event === 'serving' ? (record as LogRecord & Serving) : undefined
      },
    })
    const stop = async () => {
      const ended = await server.stop()
      home[Symbol.dispose]()
      return ended
    }
    const { url, port, hotkey } = server.ready
    return { url, port, hotkey, records, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
  } catch (error) {
    home[Symbol.dispose]()
    throw error
  }
}

/** Runs the real program until it exits, with its own configuration, data and cache folders unless `env` names them. */
export async function runMiner(
  args: readonly string[],
  options: ProcessOptions & { input?: string } = {},
): Promise<Ended> {
  using home = freshHome(options)
  return await run(process.execPath, [program, ...args], { ...options, env: home.env })
}

type Serving = { readonly url: string; readonly port: number; readonly hotkey: string }

function freshHome({ env }: ProcessOptions): Disposable & { readonly env: Record<string, string> } {
  const folder = mkdtempSync(join(tmpdir(), 'miner-process-'))
  const folders = Object.fromEntries(
    ['CONFIG', 'DATA', 'CACHE'].map(kind => [`MINER_${kind}_DIR`, join(folder, kind.toLowerCase())]),
  )
  return {
    env: { ...folders, ...env },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Parses a line of the log; undefined for a line that is not a record: a warning of Node, a printed error. */
function recordOf(line: string): LogRecord | undefined {
  return line.startsWith('{') ? JSON.parse(line) : undefined
}
