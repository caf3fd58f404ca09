import type { Log } from '../../../plugin/log.js'
import type { NoAnswer } from '../../../plugin/no-answer.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { Cooldown, type CooldownRange } from './cooldown.js'
import { faultOf } from './faults.js'

/** An endpoint as far as it is known how it does; without anything secret. */
export type EndpointHealth = {
  readonly endpoint: string
  /** open: not asked; half-open: asked by one question at a time */
  readonly breaker: 'closed' | 'open' | 'halfOpen'
  /** since its last whole answer */
  readonly failures: number
  /** milliseconds until it is asked again */
  readonly restMs: number
  /** in the order of the configuration: until when each rests, in milliseconds from now, and the code of why */
  readonly keys: readonly { readonly restMs: number; readonly code?: string }[]
}

/** One attempt, as it tells what it finds. It ends with `answered`, `failed` or `left`. */
export type AttemptObserver = {
  /** the endpoint was resting, and this alone finds out whether it is well */
  readonly isProbe: boolean
  /** silence that is shorter, in milliseconds, shows nothing */
  readonly fairMs: number
  /** the first token came, a thought included */
  onToken(): void
  /** the last one came */
  onSuccess(): void
  onFailure(error: NoAnswer): void
  /** it was ended from outside, and shows nothing */
  onAbort(): void
}

/** What attempts found out about endpoints and keys. It holds no timer: what rests is awake when its time is over. */
export class Health {
  readonly #states: ReadonlyMap<ModelEndpoint, State>
  readonly #log: Log
  readonly #now: () => number
  /** with only one way to an answer, each answer that fails says all that there is to say */
  readonly #isLone: boolean
  #news = Promise.withResolvers<void>()

  /** @param now milliseconds of a monotonic clock */
  constructor(options: { endpoints: readonly ModelEndpoint[]; log: Log; now?: () => number }) {
    this.#states = new Map(options.endpoints.map(endpoint => [endpoint, stateOf(endpoint)]))
    this.#isLone = options.endpoints.flatMap(({ keys }) => keys).length === 1
    this.#log = options.log
    this.#now = options.now ?? (() => performance.now())
  }

  /** 0: it may be asked now. While an endpoint is probed, when to look again. */
  msUntilAvailable(target: Target): number {
    const { breaker, key } = this.#of(target)
    const now = this.#now()
    return Math.max(breaker.msUntilAvailable(now), key.remainingMs(now))
  }

  /** Why a target rests, if it does. */
  why(target: Target): NoAnswer | undefined {
    const { breaker, key } = this.#of(target)
    const now = this.#now()
    return key.reason(now) ?? breaker.why(now)
  }

  /** Settles when `msUntilAwake` may have changed by more than the time that went by. */
  news(): Promise<void> {
    return this.#news.promise
  }

  begin(target: Target): AttemptObserver {
    const { breaker, key } = this.#of(target)
    const state = this.#states.get(target.endpoint)!
    const startedAt = this.#now()
    const by = {}
    const isUp = () => {
      if (!breaker.spoke()) return
      this.#tell('info', { event: 'endpointBack', endpoint: target.endpoint.name })
      this.#tellNews()
    }
    const answered = () => {
      breaker.answered(this.#now())
      const why = key.reset(this.#now())
      if (why && faultOf(why) === 'key') this.#tell('info', { event: 'keyBack', ...keyOf(target) })
    }
    return {
      isProbe: breaker.begin(by, startedAt),
      fairMs: Math.max(leastFairMs, state.firstTokenMs),
      onToken: () => {
        state.firstTokenMs = this.#now() - startedAt
        isUp()
      },
      onSuccess: answered,
      onFailure: error => {
        if (faultOf(error) === 'endpoint') {
          if (breaker.failed(by, error, this.#now())) this.#tellOpen(target, error)
        } else {
          // It is up, and says what is wrong.
          isUp()
          breaker.answered(this.#now())
        }
        this.#restKey(target, error)
        this.#tellNews()
      },
      onAbort: () => {
        if (breaker.left(by)) this.#tellNews()
      },
    }
  }

  /** How all of them do, in the order of the configuration. */
  report(): readonly EndpointHealth[] {
    const now = this.#now()
    return [...this.#states].map(([endpoint, { breaker, keys }]) => ({
      endpoint: endpoint.name,
      breaker: breaker.state(now),
      failures: breaker.failures,
      restMs: Math.ceil(breaker.msUntilAvailable(now)),
      keys: keys.map(key => ({ restMs: Math.ceil(key.remainingMs(now)), ...codeOf(key.reason(now)) })),
    }))
  }

  #restKey(target: Target, error: NoAnswer): void {
    const fault = faultOf(error)
    const told =
      error.retryAfterMs === undefined ? undefined : Math.min(Math.max(leastTold, error.retryAfterMs), mostTold)
    if (fault !== 'key' && fault !== 'rate' && told === undefined) return
    const { key } = this.#of(target)
    const now = this.#now()
    const wasAwake = key.remainingMs(now) === 0
    const spans = fault === 'key' && error.code !== 'MODEL_FORBIDDEN' ? brokenSpans : passingSpans
    key.start(error, { now, spans, told })
    if (!wasAwake) return
    const restMs = Math.ceil(key.remainingMs(now))
    // Short rests are the daily life of a key near its limit, and would fill the log.
    const level = restMs < 10_000 ? 'debug' : 'warn'
    this.#tell(level, { event: 'keyRests', ...keyOf(target), restMs, code: error.code, reason: error.message })
  }

  #tellOpen(target: Target, { code, message: reason }: NoAnswer): void {
    const restMs = Math.ceil(this.#of(target).breaker.msUntilAvailable(this.#now()))
    this.#tell('warn', { event: 'endpointRests', endpoint: target.endpoint.name, restMs, code, reason })
  }

  #tell(level: 'debug' | 'info' | 'warn', record: object): void {
    this.#log[this.#isLone ? 'debug' : level](record)
  }

  #tellNews(): void {
    this.#news.resolve()
    this.#news = Promise.withResolvers()
  }

  #of({ endpoint, keyAt }: Target) {
    const { breaker, keys } = this.#states.get(endpoint)!
    return { breaker, key: keys[keyAt]! }
  }
}

type State = {
  readonly breaker: CircuitBreaker
  readonly keys: readonly Cooldown[]
  /** how long its last first token took */
  firstTokenMs: number
}

function stateOf({ keys }: ModelEndpoint): State {
  return { breaker: new CircuitBreaker(), keys: keys.map(() => new Cooldown()), firstTokenMs: 0 }
}

function keyOf({ endpoint, keyAt }: Target) {
  return { endpoint: endpoint.name, key: keyAt + 1 }
}

function codeOf(why: NoAnswer | undefined): { readonly code?: string } {
  return why ? { code: why.code } : {}
}

/** A key that is refused or out of money. Not ten minutes at once: providers have refused good keys for minutes. */
const brokenSpans: CooldownRange = { first: 60_000, most: 16 * 60_000 }
/**
 * A key that has asked too often, where the endpoint does not say for how long; or one that met 403, which may be about
 * one question (moderation) as well as about all (model, country): whoever asks what is disliked must not silence a
 * miner for long, and a lasting 403 costs no more than a question a minute.
 */
const passingSpans: CooldownRange = { first: 1_000, most: 60_000 }
/** Who gives less than this, or than the last answer took to begin, must not make a model that thinks look dead. */
const leastFairMs = 1_000
/** An endpoint that says "at once" gets a breath all the same. */
const leastTold = 100
const mostTold = 60 * 60_000
