import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, type ProcessOptions, run, startServer } from './child-process.ts'
import { runCommand } from './run-command.ts'

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** A line of the log: one JSON object. */
export type LogRecord = { readonly event: string; readonly level: string; readonly [name: string]: unknown }

/** A running `miner serve` whose port is open. */
export type MinerProcess = AsyncDisposable & {
  readonly pid: number
  readonly url: string
  readonly port: number
  readonly hotkey: string
  /** the log so far; complete after `stop` */
  readonly records: readonly LogRecord[]
  /** The next record of that event, from now on. */
  next(event: string): Promise<LogRecord>
  /** resolves when it exits, by itself or not */
  readonly ended: Promise<Ended>
  /** Sends a signal that does not end it. */
  send(signal: NodeJS.Signals): void
  /** Sends SIGTERM, and waits for the exit. */
  stop(): Promise<Ended>
}

/**
 * Starts the real program as a process, with its own configuration, data and cache folders, and waits until it serves.
 * `args` begin with `serve` and should include `--axon-port 0`. It does not probe its endpoints unless `--probe` is among
 * them: tests count the requests of callers. It keeps its nonces in memory unless `--store` is among them: the store on
 * disk refuses callers for the first 4 s of a fresh folder.
 *
 * @param options.wrapper a command, and its arguments, that becomes the program
 * @throws when it exits first, or does not serve in time, with its output
 */
export async function startMiner(
  args: readonly string[],
  { wrapper = [], ...options }: ProcessOptions & { readonly wrapper?: readonly string[] } = {},
): Promise<MinerProcess> {
  const home = freshHome(options)
  const records: LogRecord[] = []
  const logged = new EventEmitter()
  try {
    const [command, ...words] = [...wrapper, process.execPath, program, ...args]
    const server = await startServer(command!, words, {
      ...options,
      env: { MINER_AXON_PROBE: 'false', MINER_AXON_STORE: 'memory', ...home.env },
      output: 'stderr',
      readyOf(line) {
        const record = recordOf(line)
        if (record) records.push(record)
        if (record) logged.emit(record.event, record)
        return record?.event === 'serving' ? (record as LogRecord & Serving) : undefined
      },
    })
    const stop = async () => {
      const ended = await server.stop()
      home[Symbol.dispose]()
      return ended
    }
    const next = (event: string) => new Promise<LogRecord>(resolve => logged.once(event, resolve))
    const { url, port, hotkey } = server.ready
    return {
      pid: server.pid,
      url,
      port,
      hotkey,
      records,
      next,
      ended: server.ended,
      send: server.send,
      stop,
      [Symbol.asyncDispose]: async () => void (await stop()),
    }
  } catch (error) {
    home[Symbol.dispose]()
    throw error
  }
}

/**
 * Runs a command of the real program to its end, with configuration, data and cache folders of its own unless `env` names
 * them, in a process that has run commands before it. `OWN_PROCESSES=1 npm test` gives each its own, as `spawnMiner` does.
 */
export async function runMiner(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  // Node reads its options when it starts, and commands that bring plugins change oclif for all that run after them.
  const ownProcess = process.env.OWN_PROCESSES || options.env?.NODE_OPTIONS || args[0]?.startsWith('plugins')
  if (ownProcess) return spawnMiner(args, options)
  using home = freshHome(options)
  return await runCommand(args, { ...options, env: { ...(process.env as Record<string, string>), ...home.env } })
}

/**
 * Runs the real program to its end, as `runMiner` does, in a process of its own: for what a command does to its process,
 * loads into it, or leaves in it.
 */
export async function spawnMiner(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  using home = freshHome(options)
  return await run(process.execPath, [program, ...args], { ...options, env: home.env })
}

export type RunOptions = ProcessOptions & { readonly input?: string }

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
