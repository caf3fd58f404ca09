import type { Log } from '../../../plugin/log.js'
import type { EndpointHealth } from '../../../plugin/miner.js'
import type { NoAnswer } from '../../../plugin/no-answer.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { Cooldown, type CooldownRange } from './cooldown.js'
import { faultOf } from './faults.js'

/** Receives what one attempt finds out. The attempt ends with `onSuccess`, `onFailure` or `onAbort`. */
export type AttemptObserver = {
  /** the endpoint was resting, and this attempt alone tests whether it works again */
  readonly isProbe: boolean
  /** a shorter silence, in milliseconds, is not held against the endpoint */
  readonly minSilenceMs: number
  /** the first token came, a thought included */
  onToken(): void
  /** the whole answer came, or the caller or its deadline ended one that had begun */
  onSuccess(): void
  onFailure(error: NoAnswer): void
  /** the caller or a hedge ended it before the first token, so it shows nothing; does nothing after one of the other two */
  onAbort(): void
}

/** What attempts found out about endpoints and keys. It runs no timers: cooldowns are compared with the clock. */
export class Health {
  readonly #states: ReadonlyMap<ModelEndpoint, State>
  readonly #log: Log
  readonly #now: () => number
  /** with one endpoint and one key, the error of each question says it all, so changes are logged at debug level */
  readonly #hasOneTarget: boolean
  #change = Promise.withResolvers<void>()

  /** @param options.now milliseconds of a monotonic clock */
  constructor(options: { endpoints: readonly ModelEndpoint[]; log: Log; now?: () => number }) {
    this.#states = new Map(options.endpoints.map(endpoint => [endpoint, stateOf(endpoint)]))
    this.#hasOneTarget = options.endpoints.flatMap(({ keys }) => keys).length === 1
    this.#log = options.log
    this.#now = options.now ?? (() => performance.now())
  }

  /**
   * Returns the milliseconds until a target may be asked, 0: now; during a probe, until it should be checked again.
   *
   * @param isAlone nothing else is left to ask: a shorter rest counts
   */
  msUntilAvailable(target: Target, isAlone = false): number {
    const { breaker, loading, key } = this.#of(target)
    const now = this.#now()
    return Math.max(
      breaker.msUntilAvailable(now, isAlone),
      loading.remainingMs(now, isAlone),
      key.remainingMs(now, isAlone),
    )
  }

  /** Returns the error for which a target rests, if it does. */
  reason(target: Target): NoAnswer | undefined {
    const { breaker, loading, key } = this.#of(target)
    const now = this.#now()
    return key.reason(now) ?? loading.reason(now) ?? breaker.reason(now)
  }

  /** Resolves when `msUntilAvailable` of any target may have changed by more than the time that passed. */
  changed(): Promise<void> {
    return this.#change.promise
  }

  /** Starts to observe an attempt at this target. */
  observe(target: Target): AttemptObserver {
    const { breaker, loading, key } = this.#of(target)
    const state = this.#states.get(target.endpoint)!
    const startedAt = this.#now()
    const attempt = { startedAt }
    const closeBreaker = () => {
      if (breaker.onToken()) announceBack()
    }
    const announceBack = () => {
      this.#write('info', { event: 'endpointBack', endpoint: target.endpoint.name })
      this.#notify()
    }
    return {
      isProbe: breaker.start(attempt),
      minSilenceMs: Math.max(leastMinSilenceMs, state.firstTokenMs),
      onToken: () => {
        state.firstTokenMs = this.#now() - startedAt
        closeBreaker()
      },
      onSuccess: () => {
        const now = this.#now()
        breaker.onSuccess(attempt, now)
        if (loading.reset({ now, startedAt })) announceBack()
        const reason = key.reset({ now, startedAt })
        if (reason) this.#notify()
        if (reason && faultOf(reason) === 'key') this.#write('info', { event: 'keyBack', ...keyOf(target) })
      },
      onFailure: error => {
        if (faultOf(error) === 'endpoint') {
          if (breaker.onFailure(attempt, error, this.#now())) this.#logOpened(target, error)
        } else {
          // The endpoint itself works: it replied with what is wrong.
          closeBreaker()
          breaker.onSuccess(attempt, this.#now())
        }
        if (faultOf(error) === 'loading') this.#restWhileLoading(target, error, startedAt)
        else this.#coolDownKey(target, error, startedAt)
        this.#notify()
      },
      onAbort: () => {
        if (breaker.onAbort(attempt)) this.#notify()
      },
    }
  }

  /** Reports on all endpoints, in configured order. */
  report(): readonly EndpointHealth[] {
    const now = this.#now()
    return [...this.#states].map(([endpoint, { breaker, loading, keys }]) => ({
      endpoint: endpoint.name,
      breaker: breaker.state(now, this.#hasOneTarget),
      failures: breaker.failures,
      restMs: Math.ceil(
        Math.max(breaker.msUntilAvailable(now, this.#hasOneTarget), loading.remainingMs(now, this.#hasOneTarget)),
      ),
      keys: keys.map(key => {
        const restMs = Math.ceil(key.remainingMs(now, this.#hasOneTarget))
        return { restMs, ...(restMs > 0 && codeOf(key.reason(now))) }
      }),
    }))
  }

  #restWhileLoading(target: Target, error: NoAnswer, startedAt: number): void {
    const { loading } = this.#of(target)
    const now = this.#now()
    const wasAvailable = loading.remainingMs(now) === 0
    loading.start(error, { now, startedAt, range: passing, aloneRange, retryAfterMs: retryAfterOf(error) })
    if (!wasAvailable) return
    const restMs = Math.ceil(loading.remainingMs(now, this.#hasOneTarget))
    const { code, message: reason } = error
    this.#write(levelOf(restMs), { event: 'endpointRests', endpoint: target.endpoint.name, restMs, code, reason })
  }

  #coolDownKey(target: Target, error: NoAnswer, startedAt: number): void {
    const fault = faultOf(error)
    const retryAfterMs = retryAfterOf(error)
    if (fault !== 'key' && fault !== 'rate' && retryAfterMs === undefined) return
    const { key } = this.#of(target)
    const now = this.#now()
    const wasAvailable = key.remainingMs(now) === 0
    const range = fault === 'key' && error.code !== 'MODEL_FORBIDDEN' ? brokenKey : passing
    key.start(error, { now, startedAt, range, aloneRange, retryAfterMs })
    if (!wasAvailable) return
    const restMs = Math.ceil(key.remainingMs(now, this.#hasOneTarget))
    this.#write(levelOf(restMs), {
      event: 'keyRests',
      ...keyOf(target),
      restMs,
      code: error.code,
      reason: error.message,
    })
  }

  #logOpened(target: Target, { code, message: reason }: NoAnswer): void {
    const restMs = Math.ceil(this.#of(target).breaker.msUntilAvailable(this.#now(), this.#hasOneTarget))
    this.#write('warn', { event: 'endpointRests', endpoint: target.endpoint.name, restMs, code, reason })
  }

  #write(level: 'debug' | 'info' | 'warn', record: object): void {
    this.#log[this.#hasOneTarget ? 'debug' : level](record)
  }

  #notify(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  #of({ endpoint, keyAt }: Target) {
    const { breaker, loading, keys } = this.#states.get(endpoint)!
    return { breaker, loading, key: keys[keyAt]! }
  }
}

type State = {
  readonly breaker: CircuitBreaker
  /** its rest while it loads its model */
  readonly loading: Cooldown
  readonly keys: readonly Cooldown[]
  /** how long the last first token took */
  firstTokenMs: number
}

function stateOf({ keys }: ModelEndpoint): State {
  return {
    breaker: new CircuitBreaker(),
    loading: new Cooldown(),
    keys: keys.map(() => new Cooldown()),
    firstTokenMs: 0,
  }
}

function keyOf({ endpoint, keyAt }: Target) {
  return { endpoint: endpoint.name, key: keyAt + 1 }
}

function codeOf(reason: NoAnswer | undefined): { readonly code?: string } {
  return reason ? { code: reason.code } : {}
}

/** Returns how long the endpoint asks to wait, within bounds; undefined when it does not ask. */
function retryAfterOf({ retryAfterMs }: NoAnswer): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.min(Math.max(minRetryAfterMs, retryAfterMs), maxRetryAfterMs)
}

/** Short rests are routine, for a key near its limit or a model that loads on demand, and would fill the log. */
function levelOf(restMs: number): 'debug' | 'warn' {
  return restMs < 10_000 ? 'debug' : 'warn'
}

/** A key that is refused or out of money. Not ten minutes at once: providers have refused good keys for minutes. */
const brokenKey: CooldownRange = { firstMs: 60_000, maxMs: 16 * 60_000 }
/**
 * A key over its rate limit or an endpoint that is loading, when the endpoint does not say for how long; or a 403, which may be about one question
 * (moderation) or about all (model, country): a caller whose question is refused must not silence the miner for long, and
 * a lasting 403 costs no more than one question a minute.
 */
const passing: CooldownRange = { firstMs: 1_000, maxMs: 60_000 }
/** With nothing else left to ask: a missing model may be loading, a key may be mended, and a question costs little. */
const aloneRange: CooldownRange = { firstMs: 1_000, maxMs: 10_000 }
/**
 * An attempt that had less time than this, or than the endpoint's last first token took, must not make a model that
 * reasons look dead.
 */
const leastMinSilenceMs = 1_000
/** An endpoint that says "at once" is not asked again at once. */
const minRetryAfterMs = 100
const maxRetryAfterMs = 60 * 60_000
