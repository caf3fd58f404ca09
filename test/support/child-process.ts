import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How to run a process. */
export type ProcessOptions = {
  /** added to this process's environment */
  readonly env?: Readonly<Record<string, string>>
  /** the working directory; by default this process's */
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** How a process exited, and its whole output. */
export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process that serves until it is stopped. */
export type Server<Ready> = AsyncDisposable & {
  readonly pid: number
  readonly ready: Ready
  /** resolves when it exits, by itself or not */
  readonly ended: Promise<Ended>
  /** Sends SIGTERM, and waits for the exit. */
  stop(): Promise<Ended>
  /** Sends SIGKILL, and waits for the exit. */
  kill(): Promise<void>
  /** Sends a signal that does not end it. */
  send(signal: NodeJS.Signals): void
}

/**
 * Runs a program until it exits.
 *
 * @param options.input its standard input, which is then closed
 * @throws when it does not exit in time, with its output so far
 */
export async function run(
  command: string,
  args: readonly string[],
  { input = '', timeoutMs = 100_000, ...where }: ProcessOptions & { input?: string } = {},
): Promise<Ended> {
  const { child, output, ended, kill } = start(command, args, where)
  child.stdin.on('error', () => {}) // it may exit without reading
  child.stdin.end(input)
  return within(timeoutMs, ended).catch(async cause => {
    await kill()
    throw new Error(`${command} ${args.join(' ')} did not exit: ${format(output)}`, { cause })
  })
}

/**
 * Starts a server, and waits until it reports that it is ready.
 *
 * @param options.output the stream on which it reports that
 * @param options.readyOf parses a line of that stream; undefined for a line that does not report readiness
 * @throws when it exits first, or is not ready in time, with its output so far
 */
export async function startServer<Ready>(
  command: string,
  args: readonly string[],
  {
    output: stream,
    readyOf,
    timeoutMs = 100_000,
    ...where
  }: ProcessOptions & { output: 'stdout' | 'stderr'; readyOf(line: string): Ready | undefined },
): Promise<Server<Ready>> {
  const { child, output, ended, kill } = start(command, args, where)
  const ready = new Promise<Ready>(resolve => {
    createInterface({ input: child[stream] }).on('line', line => {
      const value = readyOf(line)
      if (value !== undefined) resolve(value)
    })
  })
  const early = ended.then(({ code, signal }) => {
    throw new Error(`it exited with ${signal ?? code}`)
  })
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  try {
    return {
      pid: child.pid!,
      ready: await within(timeoutMs, Promise.race([ready, early])),
      ended,
      stop,
      kill,
      send: signal => void child.kill(signal),
      [Symbol.asyncDispose]: async () => void (await stop()),
    }
  } catch (cause) {
    await kill()
    throw new Error(`${command} ${args.join(' ')} does not serve: ${format(output)}`, { cause })
  }
}

type Output = { stdout: string; stderr: string }

function start(command: string, args: readonly string[], { env, cwd }: Pick<ProcessOptions, 'env' | 'cwd'>) {
  const child: ChildProcessWithoutNullStreams = spawn(command, args, {
    env: { ...process.env, ...env },
    ...(cwd && { cwd }),
  })
  const output: Output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text
    })
  }
  // A failed test may leave it running, but it must not outlive the test run.
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      process.off('exit', killAtExit)
      resolve({ code, signal, ...output })
    })
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await ended.catch(() => {}) // it failed to start
  }
  return { child, output, ended, kill }
}

export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`timed out after ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function format({ stdout, stderr }: Output): string {
  return `its output was\n${stdout}${stderr}`
}
