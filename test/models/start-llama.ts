import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startServer } from '../support/child-process.ts'

/** llama.cpp's server, with the model of recite.py under the name `recite`. */
export type Llama = AsyncDisposable & {
  readonly baseUrl: string
  /** Resolves when a question runs. */
  busy(): Promise<void>
  /** Resolves when none does. */
  idle(): Promise<void>
  /** Kills it without warning. */
  kill(): Promise<void>
}

/** What the model answers to any question, with a space before it, and to one that ends in `count`, which it never stops. */
export const passage = ' The quick brown fox jumps over a lazy dog, naïve café 日本語 смайл 😀 and then says: goodbye!'
export const loop = ' one two three four five six seven eight nine ten eleven twelve'

/** Starts it on a free port of loopback. */
export async function startLlama(...args: readonly string[]): Promise<Llama> {
  const server = await startServer(
    fileURLToPath(new URL('../../.models/llama-server', import.meta.url)),
    [...options, '--model', fileURLToPath(new URL('../../.models/recite.gguf', import.meta.url)), ...args],
    { output: 'stderr', readyOf: line => / listening on (http:\S+)/.exec(line)?.[1] },
  )
  const origin = server.ready
  const isBusy = async () => {
    const slots = (await (await fetch(`${origin}/slots`)).json()) as { readonly is_processing: boolean }[]
    return slots.some(slot => slot.is_processing)
  }
  const until = async (state: boolean) => {
    while ((await isBusy()) !== state) await setTimeout(20)
  }
  return {
    baseUrl: `${origin}/v1`,
    busy: () => until(true),
    idle: () => until(false),
    kill: server.kill,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const options = [
  ...['--host', '127.0.0.1', '--port', '0', '--alias', 'recite'],
  ...['--threads', '1', '--ctx-size', '32768', '--parallel', '4', '--slots', '--no-warmup', '--jinja'],
]
