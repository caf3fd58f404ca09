import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('serve-replica.ts', import.meta.url))

/** Axons of one hotkey, each in a process of its own, that share a Redis. */
export type Replicas = AsyncDisposable & {
  readonly urls: readonly string[]
  /** Resolves when all of them have seen their Redis so many times, and answer. */
  answer(times: number): Promise<void>
}

/** Starts replicas, and waits until they answer. */
export async function startReplicas(count: number, redis: { url: string; commandMs: number }): Promise<Replicas> {
  const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(redis)))
  const answer = async (times: number) => {
    for (const { untils } of replicas) {
      while (untils.length < times) await setTimeout(50)
      await setTimeout(Math.max(0, untils[times - 1]! - Date.now() + 2))
    }
  }
  await answer(1)
  return {
    urls: replicas.map(({ url }) => url),
    answer,
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map(({ child }) => ended(child)))
    },
  }
}

async function startReplica(redis: object) {
  const child = fork(program, { stdio: 'inherit' })
  const untils: number[] = []
  const ready = Promise.withResolvers<string>()
  child.on('message', (message: { url?: string; untilMs?: number }) => {
    if (message.untilMs !== undefined) untils.push(message.untilMs)
    if (message.url !== undefined) ready.resolve(message.url)
  })
  child.once('exit', () => ready.reject(new Error('a replica ended')))
  child.send(redis)
  return { child, untils, url: await ready.promise }
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}
