import { linkedController } from '../../../async/abortable.js'
import { MAX_TIMER_MS } from '../../../async/timeout.js'
import type { Asked } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Upstream } from '../errors/upstream.js'
import type { OpenAISettings } from '../settings/settings.js'

/**
 * The time of one call: aborts its signal, with the {@link NoAnswer} to throw as the reason, at the deadline
 * (`MODEL_TIMEOUT`), when no token came in time (`MODEL_FIRST_TOKEN_TIMEOUT`), or when a model that had begun to speak
 * is silent for too long (`MODEL_STALLED`). It aborts with the signal of the one who asks, too, and for its reason.
 *
 * A token is text, a thought, a refusal or the call of a tool. Comments, pieces without any of them, and the head of a
 * reply show that a server lives, not that a model speaks, and many a proxy sends them while its own upstream is dead.
 */
export class CallTimeouts {
  readonly #call: AbortController & Disposable
  readonly #upstream: Upstream
  readonly #idleMs: number | null
  readonly #deadline: NodeJS.Timeout
  #silence: NodeJS.Timeout | undefined
  #end: NodeJS.Timeout | undefined

  constructor(
    upstream: Upstream,
    { firstTokenTimeout, idleTimeout }: Pick<OpenAISettings, 'firstTokenTimeout' | 'idleTimeout'>,
    { signal, deadline }: Pick<Asked, 'signal' | 'deadline'>,
  ) {
    this.#call = linkedController(signal)
    this.#upstream = upstream
    this.#idleMs = idleTimeout
    const left = msUntil(deadline)
    this.#deadline = setTimeout(() => this.#expire(late(upstream, left)), left)
    if (firstTokenTimeout !== null)
      this.#silence = setTimeout(() => this.#expire(slow(upstream, firstTokenTimeout)), firstTokenTimeout)
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }

  /** A token is there, and the next is waited for. */
  onToken(): void {
    this.pause()
    if (this.#idleMs !== null) this.#silence = this.#listenFor(this.#idleMs)
  }

  /** All is said: what may still come is usage, and from the first call on there is a bound on that. */
  onEnd(): void {
    this.#end ??= this.#listenFor(Math.min(this.#idleMs ?? afterEndMs, afterEndMs))
  }

  /** Whoever listens takes its time: until `heard`, only the deadline counts. */
  pause(): void {
    clearTimeout(this.#silence)
  }

  stop(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#end)
    clearTimeout(this.#deadline)
    this.#call[Symbol.dispose]()
  }

  #listenFor(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#expire(stalled(this.#upstream, ms)), ms)
  }

  #expire(why: NoAnswer): void {
    this.#call.abort(why)
  }
}

/** Usage comes with the end or right behind it. */
const afterEndMs = 500

/** Whole milliseconds that a timer can hold, at least one. */
function msUntil(deadline: number): number {
  return Math.min(Math.max(1, Math.ceil(deadline - Date.now())), MAX_TIMER_MS)
}

function late({ name, model, setting }: Upstream, afterMs: number): NoAnswer {
  return new NoAnswer('late', `${model} at ${name} gave no whole answer within ${afterMs} ms`, {
    code: 'MODEL_TIMEOUT',
    hint: `a lower ${setting('maxTokens')} or a faster ${setting('model')} answers sooner`,
  })
}

function slow({ name, model, setting }: Upstream, afterMs: number): NoAnswer {
  return new NoAnswer('upstream', `${model} at ${name} did not begin to speak within ${afterMs} ms`, {
    code: 'MODEL_FIRST_TOKEN_TIMEOUT',
    hint: `choose a faster ${setting('model')}, or raise ${setting('firstTokenTimeout')}`,
  })
}

function stalled({ name, model, setting }: Upstream, afterMs: number): NoAnswer {
  return new NoAnswer('upstream', `${model} at ${name} stopped speaking for ${afterMs} ms`, {
    code: 'MODEL_STALLED',
    hint: `see the log of the endpoint, or raise ${setting('idleTimeout')}`,
  })
}
