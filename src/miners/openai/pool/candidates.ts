import { NoAnswer } from '../../../plugin/no-answer.js'
import { maxAloneRetryAfterMs } from '../health/cooldown.js'
import { faultOf, mostSpecific } from '../health/faults.js'
import type { Health } from '../health/health.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'

/** A target, and the milliseconds until it may be asked; 0: now. */
export type Candidate = { readonly target: Target; readonly waitMs: number }

/** The targets of one question: which of them may still answer it, and which to ask next. */
export class Candidates {
  readonly #targets: readonly Target[]
  readonly #health: Health
  readonly #random: () => number
  readonly #running = new Set<Target>()
  /** cannot answer this question, however often they are asked */
  readonly #ruledOut = new Set<Target>()
  readonly #failures = new Map<ModelEndpoint, Failures>()

  /**
   * @param targets in the order of preference
   * @param options.random from 0 to below 1
   */
  constructor(targets: readonly Target[], { health, random }: { health: Health; random: () => number }) {
    this.#targets = targets
    this.#health = health
    this.#random = random
  }

  /**
   * Returns the target that may be asked soonest. Ties go to the one whose rest ends first, then to an endpoint that is not
   * being asked now, then to the one that failed this question least often, then to the first in order.
   *
   * When all targets that are left rest, and none is running, their rests are shorter: see {@link Health.msUntilAvailable}.
   */
  best(): Candidate | undefined {
    const now = performance.now()
    const busy = new Set([...this.#running].map(({ endpoint }) => endpoint))
    const left = this.#targets
      .filter(target => !this.#running.has(target) && !this.#ruledOut.has(target))
      .map(target => {
        const { times, pauseUntil } = this.#failures.get(target.endpoint) ?? { times: 0, pauseUntil: now }
        const restMs = this.#health.msUntilAvailable(target)
        return { target, pauseMs: pauseUntil - now, restMs, times, isBusy: Number(busy.has(target.endpoint)) }
      })
      .filter(({ times }) => times < maxFailures)
    const isAlone = this.#running.size === 0 && left.every(({ restMs }) => restMs > 0)
    const [best] = left
      .map(one => {
        const restMs = isAlone ? this.#health.msUntilAvailable(one.target, true) : one.restMs
        return { ...one, waitMs: Math.max(0, one.pauseMs, restMs) }
      })
      .sort(
        (one, other) =>
          one.waitMs - other.waitMs ||
          one.restMs - other.restMs ||
          one.isBusy - other.isBusy ||
          one.times - other.times,
      )
    return best
  }

  /** Whether an endpoint other than this one may be asked now. */
  hasAlternative(endpoint: ModelEndpoint): boolean {
    const best = this.best()
    return best !== undefined && best.waitMs === 0 && best.target.endpoint !== endpoint
  }

  /** Marks a target as running: a hedge does not ask it a second time. */
  start(target: Target): void {
    this.#running.add(target)
  }

  end(target: Target): void {
    this.#running.delete(target)
  }

  /** Rules out the targets that cannot answer this question after this failure, or pauses the endpoint, see {@link faultOf}. */
  onFailure(target: Target, error: NoAnswer): void {
    const { endpoint } = target
    const ruleOutEndpoint = () => {
      for (const one of this.#targets) if (one.endpoint === endpoint) this.#ruledOut.add(one)
    }
    // Another question may ask sooner, where nothing else is left to ask; this one has its answer.
    const isLong = (error.retryAfterMs ?? 0) > maxAloneRetryAfterMs
    if (isLong) this.#ruledOut.add(target)
    switch (faultOf(error)) {
      case 'question':
        ruleOutEndpoint()
        break
      case 'key':
        this.#ruledOut.add(target)
        break
      case 'rate': // the key's cooldown in Health decides when it is asked again
        break
      case 'loading': // so does the endpoint's
        if (isLong) ruleOutEndpoint()
        break
      case 'endpoint': {
        const times = (this.#failures.get(endpoint)?.times ?? 0) + 1
        // Full jitter: questions that failed at the same moment must not retry at the same moment.
        const pauseMs = this.#random() * Math.min(pauses.maxMs, pauses.firstMs * 2 ** (times - 1))
        this.#failures.set(endpoint, { times, pauseUntil: performance.now() + pauseMs })
      }
    }
  }
}

type Failures = { readonly times: number; readonly pauseUntil: number }

/** Failures by the endpoint's own fault after which one question no longer asks it. */
const maxFailures = 4
/** Before one question asks the same endpoint again: at most `firstMs`, doubled each time up to `maxMs`. */
const pauses = { firstMs: 250, maxMs: 4_000 }

/** Returns the error when no target can be asked in time: the most specific reason of resting targets, else a time-out. */
export function noTargetError(targets: readonly Target[], health: Health): NoAnswer {
  const resting = targets.flatMap(target => {
    const reason = health.reason(target)
    return reason ? [{ target, reason }] : []
  })
  const error = mostSpecific(resting.map(({ reason }) => reason))
  if (error === undefined)
    return new NoAnswer('late', 'there was no time left to ask a model', {
      code: 'MODEL_TIMEOUT',
      hint: 'callers with longer timeouts, or a faster model, leave more time',
    })
  const { endpoint } = resting.find(one => one.reason === error)!.target
  const { reason, message, code, hint, misuse } = error
  const retryAfterMs = msUntilAvailable(targets, health)
  return new NoAnswer(
    // The endpoint rests because it was silent in an earlier question; this question is not late.
    reason === 'late' ? 'upstream' : reason,
    `${endpoint.name} rests for ${Math.ceil(retryAfterMs / 1000)} s: ${message}`,
    { code, hint, misuse, retryAfterMs },
  )
}

/** Returns the whole milliseconds until the first of them may be asked. */
export function msUntilAvailable(targets: readonly Target[], health: Health): number {
  const isAlone = targets.every(target => health.msUntilAvailable(target) > 0)
  return Math.ceil(Math.min(...targets.map(target => health.msUntilAvailable(target, isAlone))))
}
