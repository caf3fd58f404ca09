// Loaded before the program by `node --import`: a miner that says and finds out what SCRIPT tells.
import { root } from '#dist/app/container.js'
import { MINER } from '#dist/app/tokens.js'
import type { Attempt, Check, Miner, Outcome } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'

export type Script = {
  readonly pieces?: readonly string[]
  readonly outcome?: Outcome
  /** it has no answer after these */
  readonly failed?: readonly Attempt[]
  /** what never settles */
  readonly never?: 'create' | 'ready'
  /** what `check` finds out; `never`: it does not end, and does not hear that it should */
  readonly checks?: unknown
  /** what `check` waits for: a URL that it asks */
  readonly asks?: string
  /** how much faster than ours its clock runs */
  readonly haste?: number
}

const script: Script = JSON.parse(process.env.SCRIPT!)

if (script.haste) {
  const { setTimeout } = globalThis
  globalThis.setTimeout = ((done: () => void, ms: number) => setTimeout(done, ms / script.haste!)) as typeof setTimeout
}

const miner: Miner = {
  ready: () => (script.never === 'ready' ? new Promise(() => {}) : Promise.resolve()),
  async *prompt() {
    yield* script.pieces ?? []
    if (script.failed) throw new NoAnswer('upstream', 'nobody answers', { code: 'NOBODY', attempts: script.failed })
    return script.outcome ?? { model: 'scripted', finishReason: 'stop' }
  },
  async check(signal) {
    if (script.asks) await fetch(script.asks, { signal })
    if (script.checks === 'never') await new Promise(() => {})
    return script.checks as Check[]
  },
}
root.register(MINER, {
  useFactory: () => (script.never === 'create' ? new Promise<Miner>(() => {}) : Promise.resolve(miner)),
})
