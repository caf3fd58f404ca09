import { hash } from 'node:crypto'
import { abortable, linkedController } from '../../../async/abortable.js'
import { isPast, timeoutSignal } from '../../../async/timeout.js'
import type { Asked, Attempt, Outcome, Question } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { type AnswerStream, unreadOutcome } from '../call/call.js'
import { Payers } from './payers.js'

/** All callers of one shared call, as a single caller. */
export type CoalescedAsked = Asked & {
  /** epoch milliseconds: the latest that `deadline` moves to when callers with more time join */
  readonly lastDeadline: number
}

/**
 * Lets identical questions in flight share one call. Each caller receives the whole answer from its start, at its own
 * pace and until its own deadline; the call is aborted when the last caller leaves.
 *
 * Calls are keyed by a digest of the question for as long as they run. Settings are left out of the key, because all
 * calls of one miner have the same.
 */
export class Coalescer<Chunk> {
  readonly #calls = new Map<string, CoalescedCall<Chunk>>()

  /**
   * @param ask makes the call when there is none to join; its stream must end when its signal aborts
   * @throws {NoAnswer} `MODEL_TIMEOUT` at the caller's deadline
   * @throws what the call throws; the signal's reason
   */
  async *ask(
    question: Question,
    asked: Asked,
    ask: (asked: CoalescedAsked) => AnswerStream<Chunk>,
  ): AnswerStream<Chunk> {
    asked.signal.throwIfAborted()
    if (asked.deadline <= Date.now()) throw deadlineExceeded()
    const key = hash('sha256', JSON.stringify(question))
    const running = this.#calls.get(key)
    // A call that ends before this caller's deadline would cost the caller time it has.
    if (running && running.lastDeadline >= asked.deadline) return yield* running.subscribe(asked)

    const call: CoalescedCall<Chunk> = new CoalescedCall(asked, ask, () => {
      if (this.#calls.get(key) === call) this.#calls.delete(key)
    })
    this.#calls.set(key, call)
    return yield* call.subscribe(asked)
  }
}

/**
 * One call with several subscribers. The fastest of them reads the next chunk, so the call pauses when all of them do.
 * Chunks are kept until the end for the slower ones, bounded by the size that the host allows for an answer.
 */
class CoalescedCall<Chunk> {
  readonly #asked: { -readonly [Field in keyof CoalescedAsked]: CoalescedAsked[Field] }
  readonly #stream: AnswerStream<Chunk>
  readonly #controller = new AbortController()
  readonly #onEnd: () => void
  readonly #chunks: Chunk[] = []
  readonly #attempts: Attempt[] = []
  readonly #subscribers = new Set<Asked>()
  #result: Result | undefined
  #reading: Promise<void> | undefined
  readonly #payers: Payers

  constructor(first: Asked, ask: (asked: CoalescedAsked) => AnswerStream<Chunk>, onEnd: () => void) {
    this.#payers = new Payers(first)
    this.#asked = {
      ...first,
      signal: this.#controller.signal,
      lastDeadline: first.deadline + joinWindowMs,
      onAttempt: attempt => {
        const shared = { ...attempt, isShared: true } as const
        this.#attempts.push(shared)
        const payer = this.#payers.takeEnded()
        for (const asked of this.#subscribers) asked.onAttempt?.(asked === payer ? attempt : shared)
      },
      ...(first.spend && { spend: this.#payers.spend }),
    }
    this.#stream = ask(this.#asked)
    this.#onEnd = onEnd
  }

  get lastDeadline(): number {
    return this.#asked.lastDeadline
  }

  async *subscribe(asked: Asked): AnswerStream<Chunk> {
    const { deadline } = asked
    this.#asked.deadline = Math.max(this.#asked.deadline, deadline)
    for (const attempt of this.#attempts) asked.onAttempt?.(attempt)
    this.#subscribers.add(asked) // never removed: an attempt that ends because this caller leaves is reported after that
    using refusal = linkedController(asked.signal)
    using timeout = timeoutSignal({
      ms: deadline - Date.now(),
      reason: () => deadlineExceeded({ hasBegun: this.#chunks.length > 0 }),
      parent: refusal.signal,
    })
    const { signal } = timeout
    const leave = () => {
      if (!this.#payers.leave(asked)) return
      const isLate = isPast(deadline) || (signal.reason instanceof NoAnswer && signal.reason.reason === 'late')
      this.#leave({ isLate })
    }
    // Not only in `finally`, which does not run while the caller does not ask for the next chunk.
    signal.addEventListener('abort', leave, { once: true })
    this.#payers.join(asked, error => refusal.abort(error))
    try {
      for (let at = 0; ; at += 1) {
        while (at === this.#chunks.length && !this.#result) await abortable(this.#readOnce(), signal)
        signal.throwIfAborted()
        if (at === this.#chunks.length) return outcomeOf(this.#result!)
        yield this.#chunks[at]!
      }
    } finally {
      leave()
    }
  }

  #leave({ isLate }: { readonly isLate: boolean }): void {
    if (!this.#payers.isEmpty) return
    this.#onEnd()
    this.#controller.abort(isLate ? deadlineExceeded() : undefined)
    this.#stream.return(unreadOutcome).catch(() => {})
  }

  /** Never rejects: an error becomes the result, which every subscriber throws. */
  #readOnce(): Promise<void> {
    this.#reading ??= this.#readNext().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readNext(): Promise<void> {
    try {
      const step = await this.#stream.next()
      if (!step.done) this.#chunks.push(step.value)
      else this.#result = { outcome: step.value }
    } catch (error) {
      this.#result = { error }
    }
    if (this.#result) this.#onEnd()
  }
}

type Result = { readonly outcome: Outcome } | { readonly error: unknown }

function outcomeOf(result: Result): Outcome {
  if ('error' in result) throw result.error
  return result.outcome
}

function deadlineExceeded({ hasBegun } = { hasBegun: false }): NoAnswer {
  return new NoAnswer('late', `the deadline passed before the answer ${hasBegun ? 'was complete' : 'began'}`, {
    code: 'MODEL_TIMEOUT',
    hint: hasBegun
      ? 'fewer tokens or a faster model finish sooner'
      : 'check that the endpoint is up, and not busy with more questions than it answers at once',
  })
}

/**
 * A caller may join when its deadline is at most this much later than the first caller's: a running call cannot be given
 * more time. The call outlives its first caller's deadline only while others are subscribed.
 */
const joinWindowMs = 1_000
