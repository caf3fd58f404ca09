import type { Asked, Message, Miner, Outcome } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import type { MinerPlugin } from '#dist/plugin/sdk.js'
import { sdk } from '../support/sdk.ts'

/** Builds a miner as the host does: settings through its schema, then `create`. */
export async function build(plugin: MinerPlugin, settings: object = {}): Promise<Miner> {
  const definition = await plugin(sdk)
  const config = definition.settings.parse(settings)
  return definition.create({
    config,
    section: definition.name,
    log: silent,
    signal: new AbortController().signal,
    fetch,
  })
}

/** A question of somebody who has ten seconds. */
export function asked(changes: Partial<Asked> = {}): Asked {
  return { id: 'q1', signal: new AbortController().signal, deadline: Date.now() + 10_000, ...changes }
}

export const hello: readonly Message[] = [{ role: 'user', content: 'Say hello' }]

/** Asks, and gives all that came. */
export async function ask(miner: Miner, changes: Partial<Asked> & { messages?: readonly Message[] } = {}) {
  const { messages = hello, ...rest } = changes
  const answer = miner.prompt({ messages }, asked(rest))
  const pieces: string[] = []
  for (;;) {
    const { done, value } = await answer.next()
    if (done) return { pieces, text: pieces.join(''), outcome: value as Outcome }
    pieces.push(typeof value === 'string' ? value : (value as { text: string }).text)
  }
}

/** Asks for an answer that must not come, and gives the reason. */
export async function refusal(answer: Promise<unknown>): Promise<NoAnswer> {
  const error = await answer.then(
    () => new Error('there was an answer'),
    (error: unknown) => error,
  )
  if (error instanceof NoAnswer) return error
  throw error
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
