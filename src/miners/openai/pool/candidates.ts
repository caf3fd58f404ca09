import { NoAnswer } from '../../../plugin/no-answer.js'
import { faultOf, mostSpecific } from '../health/faults.js'
import type { Health } from '../health/health.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'

/** A target that may be asked, and in how many milliseconds; 0: now. */
export type Candidate = { readonly target: Target; readonly waitMs: number }

/** The targets of one question: which of them may still answer it, and which to ask next. */
export class Candidates {
  readonly #targets: readonly Target[]
  readonly #health: Health
  readonly #random: () => number
  readonly #asking = new Set<Target>()
  /** those that will not answer this question, however often they are asked */
  readonly #ruledOut = new Set<Target>()
  readonly #failures = new Map<ModelEndpoint, Failures>()

  /**
   * @param targets in the order of preference
   * @param with.random from 0 to below 1
   */
  constructor(targets: readonly Target[], { health, random }: { health: Health; random: () => number }) {
    this.#targets = targets
    this.#health = health
    this.#random = random
  }

  /**
   * The one that may be asked soonest. Of several it is that of an endpoint which is not being asked, then which failed
   * this question least often, then the first in order.
   */
  best(): Candidate | undefined {
    const now = performance.now()
    const busy = new Set([...this.#asking].map(({ endpoint }) => endpoint))
    const [best] = this.#targets
      .filter(target => !this.#asking.has(target) && !this.#ruledOut.has(target))
      .map(target => {
        const { times, pauseUntil } = this.#failures.get(target.endpoint) ?? { times: 0, pauseUntil: now }
        const waitMs = Math.max(0, pauseUntil - now, this.#health.msUntilAvailable(target))
        return { target, waitMs, times, isBusy: Number(busy.has(target.endpoint)) }
      })
      .filter(({ times }) => times < mostFailures)
      .sort((one, other) => one.waitMs - other.waitMs || one.isBusy - other.isBusy || one.times - other.times)
    return best
  }

  /** Could an endpoint other than this be asked now? */
  hasOther(endpoint: ModelEndpoint): boolean {
    const best = this.best()
    return best !== undefined && best.waitMs === 0 && best.target.endpoint !== endpoint
  }

  /** It is being asked, and nobody asks it beside that. */
  begin(target: Target): void {
    this.#asking.add(target)
  }

  end(target: Target): void {
    this.#asking.delete(target)
  }

  /** Learns from a failure who may still answer, see {@link faultOf}. */
  failed(target: Target, error: NoAnswer): void {
    const { endpoint } = target
    switch (faultOf(error)) {
      case 'question':
        for (const one of this.#targets) if (one.endpoint === endpoint) this.#ruledOut.add(one)
        break
      case 'key':
        this.#ruledOut.add(target)
        break
      case 'rate': // how long the key rests is a matter of health
        break
      case 'endpoint': {
        const times = (this.#failures.get(endpoint)?.times ?? 0) + 1
        // Full jitter: who failed together must not come back together.
        const pauseMs = this.#random() * Math.min(pauses.most, pauses.first * 2 ** (times - 1))
        this.#failures.set(endpoint, { times, pauseUntil: performance.now() + pauseMs })
      }
    }
  }
}

type Failures = { readonly times: number; readonly pauseUntil: number }

/** Of one question at one endpoint, as far as it is the endpoint that fails. */
const mostFailures = 4
/** Before the same endpoint is asked again: at most `first` ms, twice as long each time. */
const pauses = { first: 250, most: 4_000 }

/** Why nobody can be asked in time: the most telling reason of those who rest, or that there is no time. */
export function noTargetError(targets: readonly Target[], health: Health): NoAnswer {
  const resting = targets.flatMap(target => {
    const why = health.why(target)
    return why ? [{ target, why }] : []
  })
  const why = mostSpecific(resting.map(({ why }) => why))
  if (why === undefined)
    return new NoAnswer('late', 'there was no time left to ask a model', {
      code: 'MODEL_TIMEOUT',
      hint: 'callers who wait longer, or a faster model, leave more time',
    })
  const { endpoint } = resting.find(one => one.why === why)!.target
  const { reason, message, code, hint, misuse } = why
  const retryAfterMs = Math.ceil(msUntilAvailable(targets, health))
  return new NoAnswer(
    // It failed by its silence, but this question has time.
    reason === 'late' ? 'upstream' : reason,
    `${endpoint.name} rests for ${Math.ceil(retryAfterMs / 1000)} s: ${message}`,
    { code, hint, misuse, retryAfterMs },
  )
}

/** Until the first of them may be asked. */
export function msUntilAvailable(targets: readonly Target[], health: Health): number {
  return Math.min(...targets.map(target => health.msUntilAvailable(target)))
}
