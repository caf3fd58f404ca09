import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChainState } from '#dist/plugin/standing.js'
import { send, signedRequest } from '../signed-request.ts'
import { callers } from './callers.ts'

/** Callers who ask one question after the other, each over a connection of its own. */
export type Load = AsyncDisposable & {
  /** every answer that was not the right one, and every question without an answer, in words */
  readonly wrong: readonly string[]
  /** answers so far, by caller */
  readonly answers: Readonly<Record<keyof typeof callers, number>>
  /** Resolves when each caller has asked, and been answered, so many times from now on. */
  rounds(count: number): Promise<void>
}

/** Between two questions of one caller: the chain is what is under test, and not how fast an axon is. */
const PAUSE_MS = 10

/**
 * Begins to ask an axon.
 *
 * @param chainState how the axon stands with its chain, which decides what the right answer is; by default any state may be
 */
export function startLoad(url: string, chainState?: () => ChainState): Load {
  const wrong: string[] = []
  const answers = { validator: 0, neuron: 0, stranger: 0, allowed: 0 }
  const names = Object.keys(answers) as (keyof typeof callers)[]
  const waiting = new Set<() => void>()
  let isOver = false

  const ask = async (name: keyof typeof callers, agent: Agent) => {
    const { by, status, unless } = callers[name]
    const before = chainState?.()
    const got = await send(url, signedRequest({ by, timeout: '60.0' }), { agent }).catch((error: Error) => error)
    const after = chainState?.()
    answers[name]++
    for (const look of waiting) look()
    const states = before && after ? [before, after] : (['fresh', 'stale'] as const)
    const right: number[] = states.map(state => (state === 'fresh' ? status : unless))
    if (got instanceof Error) wrong.push(`${name}: no answer (${got.message})`)
    else if (!right.includes(got.status))
      wrong.push(`${name}: ${got.status} ${got.headers.bt_header_axon_status_message ?? ''} (${states.join(', ')})`)
  }
  const asking = names.map(async name => {
    const agent = new Agent({ keepAlive: true })
    while (!isOver) {
      await ask(name, agent)
      await sleep(PAUSE_MS)
    }
    agent.destroy()
  })

  return {
    wrong,
    answers,
    rounds(count) {
      // One more: the question that is under way may be an older one.
      const goals = names.map(name => [name, answers[name] + count + 1] as const)
      const { promise, resolve } = Promise.withResolvers<void>()
      const look = () => {
        if (!goals.every(([name, goal]) => answers[name] >= goal)) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      return promise
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all(asking)
    },
  }
}
