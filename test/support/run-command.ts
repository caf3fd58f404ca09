import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type Ended, type ProcessOptions, within } from './child-process.ts'
import type { Order } from './command-host.ts'

/**
 * Runs a command of the program to its end, in a process that has run others before it. One command has that process to
 * itself, and when it ends the process, the next one gets a new one.
 *
 * @param options.env the whole environment of the command
 * @throws when it does not end in time, with what it said until then
 */
export async function runCommand(
  args: readonly string[],
  { env, cwd = process.cwd(), input = '', timeoutMs = 100_000 }: ProcessOptions & { env: Order['env']; input?: string },
): Promise<Ended> {
  const host = idle.pop() ?? (await startHost())
  const running = host.run({ argv: args, env, cwd, input, mark: `\0${randomUUID()}\0` })
  try {
    return await within(timeoutMs, running)
  } catch (cause) {
    host.child.kill('SIGKILL')
    const { stdout, stderr } = await running
    throw new Error(`miner ${args.join(' ')} did not end: it said\n${stdout}${stderr}`, { cause })
  }
}

/** Ends the processes that wait for a command. */
export async function endHosts(): Promise<void> {
  await Promise.all(idle.map(host => host.end()))
}

type Host = { readonly child: ChildProcess; run(order: Order): Promise<Ended>; end(): Promise<unknown> }

const idle: Host[] = []
const file = fileURLToPath(new URL('command-host.ts', import.meta.url))

async function startHost(): Promise<Host> {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  // Whoever waits for nothing else may end; this ends with them.
  const handles = [child, child.channel!, child.stdout!, child.stderr!] as { ref(): void; unref(): void }[]
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const closed = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      process.off('exit', killAtExit)
      if (idle.includes(host)) idle.splice(idle.indexOf(host), 1)
      resolve({ code, signal })
    })
  })
  let said = { stdout: '', stderr: '' }
  let told = () => {}
  for (const output of ['stdout', 'stderr'] as const) {
    child[output]!.setEncoding('utf8').on('data', (text: string) => {
      said[output] += text
      told()
    })
  }
  const host: Host = {
    child,
    end() {
      for (const handle of handles) handle.ref()
      child.send('end')
      return closed
    },
    async run({ mark, ...order }) {
      said = { stdout: '', stderr: '' }
      for (const handle of handles) handle.ref()
      const over = new Promise<Ended>(resolve => {
        let code: number | undefined
        told = () => {
          if (code === undefined || !said.stdout.endsWith(mark) || !said.stderr.endsWith(mark)) return
          const [stdout, stderr] = [said.stdout, said.stderr].map(text => text.slice(0, -mark.length))
          resolve({ code, signal: null, stdout: stdout!, stderr: stderr! })
        }
        child.once('message', (message: { code: number }) => {
          code = message.code
          told()
        })
      })
      child.send({ mark, ...order })
      const ended = await Promise.race([over, closed])
      if ('stdout' in ended) {
        for (const handle of handles) handle.unref()
        idle.push(host)
        return ended
      }
      return { ...ended, ...said }
    },
  }
  await Promise.race([new Promise(ready => child.once('message', ready)), closed.then(() => assertStarted(said))])
  return host
}

function assertStarted({ stdout, stderr }: { stdout: string; stderr: string }): never {
  throw new Error(`the process for commands ended before it began: ${stdout}${stderr}`)
}
