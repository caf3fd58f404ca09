import { linkedController } from '../../../async/abortable.js'
import { MAX_TIMER_MS } from '../../../async/timeout.js'
import type { Asked } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Upstream } from '../errors/upstream.js'
import type { OpenAISettings } from '../settings/settings.js'

/**
 * The timeouts of one call: aborts its signal, with the {@link NoAnswer} to throw as the reason, at the deadline
 * (`MODEL_TIMEOUT`), when the first token does not come in time (`MODEL_FIRST_TOKEN_TIMEOUT`), or when the gap between
 * two tokens is too long (`MODEL_STALLED`). It also aborts when the caller's signal does, with that signal's reason.
 *
 * A token is text, a thought, a refusal or part of a tool call. A reply's head, comments and chunks without any of these
 * show that the server is up, not that the model generates: many proxies send them while their own upstream is dead.
 *
 * Its timers are made by hand, not with `timeoutSignal`: three of them share one signal, and tokens restart one of them.
 */
export class CallTimeouts {
  readonly #controller: AbortController & Disposable
  readonly #upstream: Upstream
  readonly #idleMs: number | null
  readonly #deadlineTimer: NodeJS.Timeout
  #tokenTimer: NodeJS.Timeout | undefined
  #endTimer: NodeJS.Timeout | undefined
  #isSilent = false
  #progress: Progress = 'none'

  constructor(
    upstream: Upstream,
    { firstTokenTimeout, idleTimeout }: Pick<OpenAISettings, 'firstTokenTimeout' | 'idleTimeout'>,
    { signal, deadline }: Pick<Asked, 'signal' | 'deadline'>,
  ) {
    this.#controller = linkedController(signal)
    this.#upstream = upstream
    this.#idleMs = idleTimeout
    const leftMs = msUntil(deadline)
    this.#deadlineTimer = setTimeout(() => this.#expire(deadlineExceeded(upstream, leftMs, this.#progress)), leftMs)
    if (firstTokenTimeout !== null)
      this.#tokenTimer = setTimeout(() => this.#expire(noFirstToken(upstream, firstTokenTimeout)), firstTokenTimeout)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Restarts the idle timeout: a token came, and the next is awaited. */
  onToken(): void {
    this.#progress = 'begun'
    this.pause()
    if (this.#idleMs !== null) this.#tokenTimer = this.#startIdleTimer(this.#idleMs)
  }

  /** A whole answer was asked for: it has no first token, so `firstTokenTimeout` does not bound it. */
  onWholeAsked(): void {
    this.#progress = 'whole'
    this.pause()
  }

  /** The call was aborted because no token came, not at the deadline or by the caller. */
  get isSilent(): boolean {
    return this.#isSilent
  }

  /** Bounds the silence after a finish reason; until `onMore`, further calls have no effect. */
  onEnd(): void {
    this.#endTimer ??= this.#startIdleTimer(Math.min(this.#idleMs ?? afterEndMs, afterEndMs))
  }

  /** The answer goes on: the finish reason was not its end. */
  onMore(): void {
    clearTimeout(this.#endTimer)
    this.#endTimer = undefined
  }

  /** Stops the idle timeout while the reader handles a chunk: until `onToken`, only the deadline counts. */
  pause(): void {
    clearTimeout(this.#tokenTimer)
  }

  stop(): void {
    clearTimeout(this.#tokenTimer)
    clearTimeout(this.#endTimer)
    clearTimeout(this.#deadlineTimer)
    this.#controller[Symbol.dispose]()
  }

  #startIdleTimer(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#isSilent = true
      this.#expire(stalled(this.#upstream, ms))
    }, ms)
  }

  #expire(reason: NoAnswer): void {
    this.#controller.abort(reason)
  }
}

/** Usage, or the next token of a server that sends a finish reason in every chunk, comes within this time. */
const afterEndMs = 500

/** Returns whole milliseconds within a timer's range, at least one. */
function msUntil(deadline: number): number {
  return Math.min(Math.max(1, Math.ceil(deadline - Date.now())), MAX_TIMER_MS)
}

/** How far a call has come: no token yet, no token to expect since a whole answer was asked for, or a first token. */
type Progress = 'none' | 'whole' | 'begun'

function deadlineExceeded({ name, model, setting }: Upstream, afterMs: number, progress: Progress): NoAnswer {
  const sooner = `a lower ${setting('maxTokens')} or a faster ${setting('model')} answers sooner`
  const isUp = 'check that the endpoint is up, and not busy with more questions than it answers at once'
  const silence = progress === 'none' ? 'sent no token and ' : ''
  return new NoAnswer('late', `${model} at ${name} ${silence}did not finish its answer within ${rounded(afterMs)}`, {
    code: 'MODEL_TIMEOUT',
    hint: progress === 'begun' ? sooner : progress === 'none' ? isUp : `${sooner}; ${isUp}`,
  })
}

/** What is left until a deadline is always some milliseconds less than what was configured: 19999 ms read as `20 s`. */
function rounded(ms: number): string {
  const step = ms < 100 ? 1 : ms < 1_000 ? 10 : 100
  const whole = Math.round(ms / step) * step
  return whole < 1_000 ? `${whole} ms` : `${whole / 1_000} s`
}

function noFirstToken({ name, model, setting }: Upstream, afterMs: number): NoAnswer {
  return new NoAnswer('upstream', `${model} at ${name} sent no first token within ${afterMs} ms`, {
    code: 'MODEL_FIRST_TOKEN_TIMEOUT',
    hint: `choose a faster ${setting('model')}, or raise ${setting('firstTokenTimeout')}`,
  })
}

function stalled({ name, model, setting }: Upstream, afterMs: number): NoAnswer {
  return new NoAnswer('upstream', `${model} at ${name} sent no further token for ${afterMs} ms`, {
    code: 'MODEL_STALLED',
    hint: `see the log of the endpoint, or raise ${setting('idleTimeout')}`,
  })
}
