import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { escapeControls } from '../../text/escape.js'
import { isDiskFull, npmFailure, scriptOutput } from './npm-failure.js'

/** How npm is run. */
export type NpmRun = {
  /** the folder whose packages it changes */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly registry: string | undefined
  /** prints npm's own output of this level as it comes; undefined: prints none, and explains it when npm fails */
  readonly logLevel: string | undefined
  onStart?(pid: number): Promise<void>
}

/**
 * Settings of npm that the user's `.npmrc` or environment must not change: they decide where it installs, and whether.
 * `npm exec` and `npx` pass all that they were given on to the programs that they run.
 */
const settings = [
  '--json',
  '--no-fund',
  '--no-audit',
  '--no-update-notifier',
  '--no-global',
  '--location=project',
  '--no-dry-run',
  '--no-package-lock-only',
]

/** Those for the data folder: each plugin is a dependency in its package.json. A linked plugin's author may differ. */
export const dataFolderSettings = ['--save', '--save-prod', '--package-lock', '--install-strategy=hoisted']

/** How much of npm's output is kept, in characters: on a full disk it prints a line per file. */
const MAX_OUTPUT = 1_000_000

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How long npm may take to undo what it began, after a signal. */
const UNDO_MS = 10_000

/**
 * Runs a command of the npm that comes with this program. Passes signals on to npm and to the scripts that it runs; npm
 * then undoes what it began, and this program ends by the same signal after it.
 *
 * @throws {UsageError} those of `npmFailure`
 */
export async function runNpm([command = '', ...args]: readonly string[], run: NpmRun): Promise<void> {
  const { cwd, env, registry, logLevel, onStart } = run
  const options = [...settings, `--loglevel=${logLevel ?? 'warn'}`]
  if (registry) options.push(`--registry=${registry}`)
  const words = [await npmCli(), command, ...options, ...args]
  const child = spawn(process.execPath, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stopped: NodeJS.Signals | undefined
  const stop = (signal: NodeJS.Signals) => {
    stopped = signal
    // npm waits for a script that it runs, and does not pass the signal on to it.
    killAll(child, signal)
    setTimeout(() => killAll(child, 'SIGKILL'), UNDO_MS).unref()
  }
  for (const signal of signals) process.on(signal, stop)
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] = (output[stream] + text).slice(-MAX_OUTPUT)
      if (logLevel !== undefined && stream === 'stderr') process.stderr.write(text)
    })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
    // A script that outlives npm holds the pipes open.
    child.once('exit', () => stopped && resolve(null))
  })
  try {
    try {
      if (child.pid !== undefined) await onStart?.(child.pid)
    } catch (error) {
      killAll(child, 'SIGTERM')
      await ended
      throw error
    }
    const code = await ended
    if (stopped) return await endBy(stopped, stop)
    // On a full disk npm only warns of each file that it cannot write, and may succeed.
    if (code === 0 && !isDiskFull(output)) return
    const hasShown = logLevel !== undefined
    if (!hasShown) for (const line of scriptOutput(output)) process.stderr.write(`  | ${escapeControls(line)}\n`)
    throw npmFailure(output, { cwd, hasShown })
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}

function killAll(child: ChildProcess, signal: NodeJS.Signals): void {
  const scripts = child.pid === undefined ? [] : descendants(child.pid)
  child.kill(signal)
  for (const pid of scripts) {
    try {
      process.kill(pid, signal)
    } catch {} // it has ended in the meantime
  }
}

/** Returns the processes below one, as Linux lists them; elsewhere none. */
function descendants(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdir('/proc')) {
    try {
      // The command in parentheses may hold anything; state and parent follow the last one.
      const [, parent] = /\) \S (\d+) [^)]*$/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
      if (parent) parents.set(Number(name), Number(parent))
    } catch {} // no process, or one that has ended
  }
  const found = [root]
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found.slice(1)
}

function readdir(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Ends this process as the signal would have done, after npm has ended. */
async function endBy(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): Promise<never> {
  for (const one of signals) process.off(one, listener)
  process.kill(process.pid, signal)
  return new Promise<never>(() => {})
}

async function npmCli(): Promise<string> {
  const about = createRequire(import.meta.url).resolve('npm/package.json')
  const { bin } = JSON.parse(await readFile(about, 'utf8')) as { bin: { npm: string } }
  return join(about, '..', bin.npm)
}
