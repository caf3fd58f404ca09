import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Server, startServer, within } from '../support/child-process.ts'

/** llama.cpp's server, with the model of recite.py under the name `recite`, and four slots. */
export type Llama = AsyncDisposable & {
  readonly baseUrl: string
  /** as messages call it */
  readonly name: string
  /** Resolves when no question runs. */
  idle(): Promise<void>
  /** Kills it without warning. */
  kill(): Promise<void>
  /** Stops the process, which keeps its connections. */
  freeze(): void
}

/** The model's answer to any question, and that to one that ends in `count`, which it repeats for ever. */
export const passage = ' The quick brown fox jumps over a lazy dog, naïve café 日本語 смайл 😀 and then says: goodbye!'
export const loop = ' one two three four five six seven eight nine ten eleven twelve'
/** the tokens of the passage, with its end */
export const passageTokens = 26

const executable = fileURLToPath(new URL('../../.models/llama-server', import.meta.url))
const model = fileURLToPath(new URL('../../.models/recite.gguf', import.meta.url))
// With `--context-shift`, an answer without end goes on when the context is full: a fast machine fills it within a second.
const options = [
  ...['--host', '127.0.0.1', '--alias', 'recite', '--threads', '1', '--ctx-size', '8192', '--parallel', '4'],
  ...['--slots', '--no-warmup', '--jinja', '--context-shift'],
]

/** Starts it on a free port of loopback. */
export async function startLlama(): Promise<Llama> {
  const server = await startServer(executable, [...options, '--port', '0', '--model', model], {
    output: 'stderr',
    readyOf: line => / listening on (http:\S+)/.exec(line)?.[1],
  })
  return llamaOf(server, server.ready)
}

/** Starts one that never finishes loading its model: the file is a pipe without a writer. */
export async function startLoadingLlama(): Promise<Llama> {
  const folder = mkdtempSync(join(tmpdir(), 'loading-llama-'))
  const pipe = join(folder, 'model.gguf')
  spawnSync('mkfifo', [pipe])
  const port = await freePort()
  const server = await startServer(executable, [...options, '--port', String(port), '--model', pipe], {
    output: 'stderr',
    readyOf: line => line.includes('loading model') || undefined,
  })
  const llama = llamaOf(server, `http://127.0.0.1:${port}`)
  return {
    ...llama,
    async [Symbol.asyncDispose]() {
      await llama[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

function llamaOf(server: Server<unknown>, origin: string): Llama {
  const isBusy = async () => {
    const slots = (await (await fetch(`${origin}/slots`)).json()) as { readonly is_processing: boolean }[]
    return slots.some(slot => slot.is_processing)
  }
  return {
    baseUrl: `${origin}/v1`,
    name: new URL(origin).host,
    async idle() {
      const deadline = Date.now() + IDLE_MS
      while (await within(IDLE_MS, isBusy())) {
        if (Date.now() > deadline) throw new Error(`a question still runs after ${IDLE_MS} ms`)
        await setTimeout(20)
      }
    },
    kill: server.kill,
    freeze: () => server.send('SIGSTOP'),
    [Symbol.asyncDispose]: server.kill, // it may be frozen
  }
}

/** The server ends an answer at its next token. */
const IDLE_MS = 60_000

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}
