// A process that runs one command of the program after the other, by the program's own `main`: what a command costs is
// mostly the loading of its modules, which is done once here. test/support/run-command.ts starts it and talks to it.
//
// Each command finds the process as if it had just been started: its arguments, environment, folder and standard input,
// no listener of another one, no exit code. When `main` is over, this waits until nothing of the command is left that
// would hold a process up, and calls the listeners that wait for the end. `process.exit` really ends this process.
import { AsyncLocalStorage } from 'node:async_hooks'
import { enableCompileCache } from 'node:module'
import { Readable } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A command to run, and how to tell that it is over. */
export type Order = {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly input: string
  /** written to both outputs behind what the command says */
  readonly mark: string
}

enableCompileCache() // as bin/run.js does
const { main } = await import('#dist/program/cli/main.js')
const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const { exit } = process
const streams = [process, process.stdout, process.stderr]
const runs = new AsyncLocalStorage<{ over: boolean }>()

// A timer of a command that is over may fire later, when its process would be gone.
process.exit = (...code) => (runs.getStore()?.over ? (undefined as never) : exit(...code))

process.on('disconnect', () => exit())
process.on('message', async (order: Order | 'end') => {
  if (order === 'end') return exit()
  const resting = resources()
  const before = streams.map(listenersOf)
  const run = { over: false }
  process.argv = [process.execPath, program, ...order.argv]
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, order.env)
  process.chdir(order.cwd)
  process.exitCode = undefined
  const stdin = Readable.from(order.input === '' ? [] : [Buffer.from(order.input)])
  Object.defineProperty(process, 'stdin', { configurable: true, value: stdin })

  await runs.run(run, async () => {
    await main(pathToFileURL(program).href, [...order.argv])
    await rest(resting)
    const [added] = streams.map((stream, at) => since(before[at]!, listenersOf(stream)))
    for (const [name, listener] of added!) if (name === 'beforeExit') listener.call(process, process.exitCode ?? 0)
    await rest(resting)
    for (const [name, listener] of added!) if (name === 'exit') listener.call(process, process.exitCode ?? 0)
  })
  run.over = true
  stdin.destroy()
  for (const [at, stream] of streams.entries())
    for (const [name, listener] of since(before[at]!, listenersOf(stream))) stream.off(name, listener)
  const { exitCode } = process
  await Promise.all([process.stdout, process.stderr].map(out => new Promise(done => out.write(order.mark, done))))
  process.send!({ code: Number(exitCode ?? 0) })
})
process.send!('ready')

type Listener = [name: string, listener: (...args: unknown[]) => void]

function listenersOf(stream: NodeJS.EventEmitter): Listener[] {
  return stream
    .eventNames()
    .flatMap(name => stream.rawListeners(name).map((listener): Listener => [String(name), listener as Listener[1]]))
}

function since(before: readonly Listener[], now: readonly Listener[]): Listener[] {
  return now.filter(([name, listener]) => !before.some(([was, one]) => was === name && one === listener))
}

/** Waits until nothing holds the process up but what always does. The `main` of the program ends one that never rests. */
async function rest(resting: string): Promise<void> {
  await setImmediate()
  while (resources() !== resting) await setTimeout(5)
}

function resources(): string {
  return process.getActiveResourcesInfo().sort().join()
}
