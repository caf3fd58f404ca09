import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export type ProcessOptions = {
  /** added to the environment of this process */
  readonly env?: Readonly<Record<string, string>>
  /** where it runs; here when left out */
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** How a process ended, and all that it said. */
export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process that serves until it is stopped. */
export type Server<Ready> = AsyncDisposable & {
  readonly ready: Ready
  /** Sends SIGTERM, and waits until it ends. */
  stop(): Promise<Ended>
}

/**
 * Runs a program to its end.
 *
 * @param options.input what it reads from its standard input, which is closed after that
 * @throws when it does not end in time, with what it said until then
 */
export async function run(
  command: string,
  args: readonly string[],
  { input = '', timeoutMs = 100_000, ...where }: ProcessOptions & { input?: string } = {},
): Promise<Ended> {
  const { child, said, ended, kill } = start(command, args, where)
  child.stdin.on('error', () => {}) // it may end without reading
  child.stdin.end(input)
  return within(timeoutMs, ended).catch(async cause => {
    await kill()
    throw new Error(`${command} ${args.join(' ')} did not end: ${told(said)}`, { cause })
  })
}

/**
 * Starts a program that serves, and waits until it says that it does.
 *
 * @param options.output where it says so
 * @param options.readyOf what a line of that output tells of a program that serves; undefined for any other line
 * @throws when it ends before, or does not say so in time, with what it said until then
 */
export async function startServer<Ready>(
  command: string,
  args: readonly string[],
  {
    output,
    readyOf,
    timeoutMs = 100_000,
    ...where
  }: ProcessOptions & { output: 'stdout' | 'stderr'; readyOf(line: string): Ready | undefined },
): Promise<Server<Ready>> {
  const { child, said, ended, kill } = start(command, args, where)
  const ready = new Promise<Ready>(resolve => {
    createInterface({ input: child[output] }).on('line', line => {
      const value = readyOf(line)
      if (value !== undefined) resolve(value)
    })
  })
  const early = ended.then(({ code, signal }) => {
    throw new Error(`it ended with ${signal ?? code}`)
  })
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  try {
    return {
      ready: await within(timeoutMs, Promise.race([ready, early])),
      stop,
      [Symbol.asyncDispose]: async () => void (await stop()),
    }
  } catch (cause) {
    await kill()
    throw new Error(`${command} ${args.join(' ')} does not serve: ${told(said)}`, { cause })
  }
}

type Said = { stdout: string; stderr: string }

function start(command: string, args: readonly string[], { env, cwd }: Pick<ProcessOptions, 'env' | 'cwd'>) {
  const child: ChildProcessWithoutNullStreams = spawn(command, args, {
    env: { ...process.env, ...env },
    ...(cwd && { cwd }),
  })
  const said: Said = { stdout: '', stderr: '' }
  for (const output of ['stdout', 'stderr'] as const) {
    child[output].setEncoding('utf8').on('data', (text: string) => {
      said[output] += text
    })
  }
  // A test that failed may have left it running; it must not outlive the tests.
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      process.off('exit', killAtExit)
      resolve({ code, signal, ...said })
    })
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await ended.catch(() => {}) // it could not even be started
  }
  return { child, said, ended, kill }
}

export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${ms} ms are over`)), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function told({ stdout, stderr }: Said): string {
  return `it said\n${stdout}${stderr}`
}
