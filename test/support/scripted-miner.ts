// Loaded before the program by `node --import`: a miner whose answers and checks follow the variable SCRIPT.
import { root } from '#dist/app/container.js'
import { MINER } from '#dist/app/tokens.js'
import type { Attempt, Check, Miner, Outcome } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'

/** What the miner does. */
export type Script = {
  readonly pieces?: readonly string[]
  readonly outcome?: Outcome
  /** fail after these attempts */
  readonly failed?: readonly Attempt[]
  /** fail with a DOMException of this message, as an aborted `fetch` does */
  readonly aborted?: string
  /** the method that never settles */
  readonly never?: 'create' | 'ready'
  /** the result of `check`; `never`: it does not settle, and ignores its signal */
  readonly checks?: unknown
  /** a URL that `check` fetches first */
  readonly asks?: string
  /** the factor by which its timers run faster */
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
    if (script.aborted) throw new DOMException(script.aborted, 'AbortError')
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
