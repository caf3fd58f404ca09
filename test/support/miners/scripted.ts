import type { Attempt, Check, Diagnosis, EndpointHealth, MinerPlugin, ModelList, Outcome } from '../../../dist/index.js'

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
  /** what `check` reports first, one by one */
  readonly reported?: readonly Check[]
  /** the result of `diagnose`; `never`: it does not settle; without it the miner has no such method */
  readonly diagnoses?: unknown
  /** the result of `models`, as `checks`; without it the miner has no such method */
  readonly models?: unknown
  /** the result of `health`; `throws`: it throws. Without it the miner has no such method */
  readonly health?: unknown
  /** a URL that `check` fetches first */
  readonly asks?: string
  /** the factor by which the timers of its process run faster */
  readonly haste?: number
  /** timers do not keep its process alive, as when nothing limits the time */
  readonly unref?: boolean
}

/** A miner whose answers and checks follow the variable SCRIPT. */
const plugin: MinerPlugin = ({ defineMiner, NoAnswer, z }) => {
  const script: Script = JSON.parse(process.env.SCRIPT ?? '{}')
  // Here, because the program sets its timer for a command before it builds the miner.
  const { setTimeout } = globalThis
  if (script.haste)
    globalThis.setTimeout = ((done: () => void, ms: number) =>
      setTimeout(done, ms / script.haste!)) as typeof setTimeout
  return defineMiner({
    name: 'scripted',
    summary: 'follows a script',
    settings: z.object({ apiKey: z.string().optional().describe('a secret').meta({ secret: true }) }),
    create() {
      if (script.unref) {
        const { setTimeout } = globalThis
        globalThis.setTimeout = ((done: () => void, ms: number) => setTimeout(done, ms).unref()) as typeof setTimeout
      }
      if (script.never === 'create') return new Promise(() => {})
      return {
        ready: () => (script.never === 'ready' ? new Promise(() => {}) : Promise.resolve()),
        async *prompt() {
          yield* script.pieces ?? []
          if (script.aborted) throw new DOMException(script.aborted, 'AbortError')
          if (script.failed)
            throw new NoAnswer('upstream', 'nobody answers', { code: 'NOBODY', attempts: script.failed })
          return script.outcome ?? { model: 'scripted', finishReason: 'stop' }
        },
        async check(signal, how) {
          for (const check of script.reported ?? []) how?.onCheck?.(check)
          if (script.asks) await fetch(script.asks, { signal })
          if (script.checks === 'never') await new Promise(() => {})
          return script.checks as Check[]
        },
        ...(script.diagnoses !== undefined && {
          async diagnose() {
            if (script.diagnoses === 'never') await new Promise(() => {})
            return script.diagnoses as Diagnosis[]
          },
        }),
        ...(script.health !== undefined && {
          health() {
            if (script.health === 'throws') throw new Error('it does not know')
            return script.health as EndpointHealth[]
          },
        }),
        ...(script.models !== undefined && {
          async models() {
            if (script.models === 'never') await new Promise(() => {})
            return script.models as ModelList[]
          },
        }),
      }
    },
  })
}

export default plugin
