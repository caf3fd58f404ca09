import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Memory } from '../support/memory.ts'
import type { Caller } from './callers.ts'
import type { FromMiner, ToMiner } from './direct-miner.ts'
import type { Outcome } from './outcome.ts'

/** A miner in its own process, without an axon. */
export type DirectMiner = AsyncDisposable & { readonly caller: Caller; memory(): Promise<Memory> }

/**
 * Starts a miner, and waits until it is ready.
 *
 * @param settings the settings of the openai miner
 */
export async function startDirectMiner(
  settings: object,
  options: { deadlineMs: number; env: Record<string, string> },
): Promise<DirectMiner> {
  const child = fork(fileURLToPath(new URL('direct-miner.ts', import.meta.url)), {
    env: { ...process.env, ...options.env, CHAOS_SETTINGS: JSON.stringify(settings) },
  })
  const waiting = new Map<number, (outcome: Outcome) => void>()
  const memoryWaiters: ((memory: Memory) => void)[] = []
  const send = (message: ToMiner) => void child.send(message)
  child.on('message', (message: FromMiner) => {
    if ('memory' in message) return memoryWaiters.shift()!(message.memory)
    waiting.get(message.asked)!(message.outcome)
    waiting.delete(message.asked)
  })
  const gone = new Promise<never>((_, reject) =>
    child.once('exit', code => reject(new Error(`the miner exited with ${code}`))),
  )
  gone.catch(() => {})
  const miner: DirectMiner = {
    caller: (number, leave) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      waiting.set(number, resolve)
      leave.addEventListener('abort', () => send({ leave: number }), { once: true })
      send({ ask: number, deadlineMs: options.deadlineMs })
      return Promise.race([promise, gone])
    },
    memory() {
      const { promise, resolve } = Promise.withResolvers<Memory>()
      memoryWaiters.push(resolve)
      send({ memory: true })
      return Promise.race([promise, gone])
    },
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await gone.catch(() => {})
    },
  }
  await miner.memory()
  return miner
}
