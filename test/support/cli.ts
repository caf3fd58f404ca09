import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ended } from './child-process.ts'

export const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** A run of the real program that a test interacts with. */
export type LiveRun = AsyncDisposable & {
  readonly child: ChildProcessWithoutNullStreams
  /** its output so far */
  readonly said: { readonly stdout: string; readonly stderr: string }
  /** Waits until the output contains this text, so many times. @throws when the program exits first */
  says(text: string, times?: number): Promise<void>
  readonly ended: Promise<Ended>
}

/**
 * Starts the real program with its own folders and an open standard input. Disposing the run kills it. `serve` does not
 * probe its endpoints, as in `startMiner`.
 *
 * @param options.command a shell command to run instead; `$MINER` in it is the program
 */
export function liveMiner(
  args: readonly string[],
  { env = {}, command }: { env?: Record<string, string>; command?: string } = {},
): LiveRun {
  const folder = mkdtempSync(join(tmpdir(), 'miner-live-'))
  const folders = Object.fromEntries(['CONFIG', 'DATA', 'CACHE'].map(kind => [`MINER_${kind}_DIR`, join(folder, kind)]))
  const [file, ...words] = command ? ['bash', '-c', command, 'bash', ...args] : [process.execPath, program, ...args]
  // On a terminal, the words of the program stand behind those of what starts it.
  const noProbe = args.includes('serve') && { MINER_AXON_PROBE: 'false' }
  const notByNpx = { npm_command: '' }
  const variables = {
    ...process.env,
    ...notByNpx,
    ...folders,
    ...noProbe,
    NODE: process.execPath,
    MINER: program,
    ...env,
  }
  const child = spawn(file!, words, { env: variables })
  const said = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
      for (const look of waiting) look()
    })
  }
  child.stdin.on('error', () => {}) // it may exit without reading
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...said }))
  })
  return {
    child,
    said,
    ended,
    async says(text, times = 1) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const count = (output: string) => output.split(text).length - 1
      const look = () => (Math.max(count(said.stdout), count(said.stderr)) >= times ? resolve() : undefined)
      waiting.add(look)
      look()
      const early = ended.then(() => {
        throw new Error(`it exited without printing ${JSON.stringify(text)}: ${JSON.stringify(said)}`)
      })
      await Promise.race([promise, early]).finally(() => waiting.delete(look))
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
