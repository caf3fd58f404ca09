import { hash } from 'node:crypto'
import { abortable } from '../../../async/abortable.js'
import { isPast, timeoutSignal } from '../../../async/timeout.js'
import type { Asked, Attempt, Outcome, Question } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'

type Speech<Given> = AsyncGenerator<Given, Outcome>

/** Those who listen to one call, as one who asks. */
export type CoalescedAsked = Asked & {
  /** epoch milliseconds: the latest that `deadline` moves to, when others join who have more time */
  readonly lastDeadline: number
}

/**
 * Lets identical questions in flight share one call. Each caller hears all of the answer from its start, at his own
 * pace and until his own deadline; the call is aborted when the last one leaves.
 *
 * It holds what a digest of the question stands for, while that is asked; settings are not in it, because all calls of
 * one miner have the same.
 */
export class Coalescer<Given> {
  readonly #calls = new Map<string, CoalescedCall<Given>>()

  /**
   * @param ask makes the call, if there is none to join; what it gives must end when its signal aborts
   * @throws {NoAnswer} `MODEL_TIMEOUT` at the caller's deadline
   * @throws what the call throws; the signal's reason
   */
  async *ask(question: Question, asked: Asked, ask: (asked: CoalescedAsked) => Speech<Given>): Speech<Given> {
    asked.signal.throwIfAborted()
    if (asked.deadline <= Date.now()) throw tooLate()
    const key = hash('sha256', JSON.stringify(question))
    const running = this.#calls.get(key)
    // A call that ends too early for him would take time from a caller.
    if (running && running.lastDeadline >= asked.deadline) return yield* running.listen(asked)

    const call: CoalescedCall<Given> = new CoalescedCall(asked, ask, () => {
      if (this.#calls.get(key) === call) this.#calls.delete(key)
    })
    this.#calls.set(key, call)
    return yield* call.listen(asked)
  }
}

/**
 * One call with several who listen. The fastest of them fetches what comes next, so that the call waits when all of
 * them do; what it has said is kept until the end, for the others. That is bounded by what a host takes for an answer.
 */
class CoalescedCall<Given> {
  readonly #asked: { -readonly [Field in keyof CoalescedAsked]: CoalescedAsked[Field] }
  readonly #speech: Speech<Given>
  readonly #leaving = new AbortController()
  readonly #onEnd: () => void
  readonly #pieces: Given[] = []
  readonly #attempts: Attempt[] = []
  readonly #listeners = new Set<Asked>()
  #end: { readonly outcome: Outcome } | { readonly error: unknown } | undefined
  #fetching: Promise<void> | undefined
  #count = 0

  constructor(first: Asked, ask: (asked: CoalescedAsked) => Speech<Given>, onEnd: () => void) {
    this.#asked = {
      ...first,
      signal: this.#leaving.signal,
      lastDeadline: first.deadline + graceMs,
      onAttempt: attempt => {
        this.#attempts.push(attempt)
        for (const { onAttempt } of this.#listeners) onAttempt?.(attempt)
      },
    }
    this.#speech = ask(this.#asked)
    this.#onEnd = onEnd
  }

  get lastDeadline(): number {
    return this.#asked.lastDeadline
  }

  async *listen(asked: Asked): Speech<Given> {
    const { signal, deadline } = asked
    this.#asked.deadline = Math.max(this.#asked.deadline, deadline)
    for (const attempt of this.#attempts) asked.onAttempt?.(attempt)
    this.#listeners.add(asked) // to the end, because what ends when he leaves ends after that
    using timeout = timeoutSignal({ ms: deadline - Date.now(), reason: tooLate, parent: signal })
    const mine = timeout.signal
    let isListening = true
    const leave = () => {
      if (isListening) this.#leave(deadline)
      isListening = false
    }
    // Here too, because the caller may never ask for the next piece.
    mine.addEventListener('abort', leave, { once: true })
    this.#count += 1
    try {
      for (let at = 0; ; at += 1) {
        while (at === this.#pieces.length && !this.#end) await abortable(this.#fetch(), mine)
        mine.throwIfAborted()
        if (at === this.#pieces.length) return outcomeOf(this.#end!)
        yield this.#pieces[at]!
      }
    } finally {
      leave()
    }
  }

  #leave(deadline: number): void {
    this.#count -= 1
    if (this.#count > 0) return
    this.#onEnd()
    this.#leaving.abort(isPast(deadline) ? tooLate() : undefined)
    this.#speech.return({ model: '', finishReason: '' }).catch(() => {})
  }

  /** Never rejects: the error is for all who listen. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#take().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #take(): Promise<void> {
    try {
      const step = await this.#speech.next()
      if (!step.done) this.#pieces.push(step.value)
      else this.#end = { outcome: step.value }
    } catch (error) {
      this.#end = { error }
    }
    if (this.#end) this.#onEnd()
  }
}

function outcomeOf(end: { readonly outcome: Outcome } | { readonly error: unknown }): Outcome {
  if ('error' in end) throw end.error
  return end.outcome
}

function tooLate(): NoAnswer {
  return new NoAnswer('late', 'no whole answer came before the deadline', {
    code: 'MODEL_TIMEOUT',
    hint: 'fewer tokens or a faster model are there sooner',
  })
}

/**
 * Who asks the same within this time may join, and no later: a call cannot be given more time once it runs. It may run
 * that much longer than its first caller only if others listen.
 */
const graceMs = 1_000
