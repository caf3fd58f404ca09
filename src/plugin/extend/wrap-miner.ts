import type { Asked, Miner, Outcome, Piece, Question } from '../miner.js'
import { methodsOf } from '../miner-methods.js'
import { NoAnswer } from '../no-answer.js'
import { refuseUnknown } from './refuse-unknown.js'

/** What `wrapMiner` changes of a miner. */
export type WrapMinerHow = {
  /** Rewrites each question, of `prompt` and of `relay`, before the inner miner receives it. */
  question?(question: Question, asked: Asked): Question | Promise<Question>
  /**
   * Rewrites each answer. The words are then no longer the model's, so the miner has neither `relay` nor `logprobs`.
   * Where it returns nothing, the answer ends with the outcome of `pieces`, which it must then read to their end.
   *
   * @param question as the inner miner received it
   */
  answer?(
    pieces: AsyncGenerator<Piece, Outcome>,
    question: Question,
    asked: Asked,
  ): AsyncGenerator<string | Piece, Outcome> | AsyncGenerator<string | Piece, void>
}

/**
 * Returns a miner that rewrites the questions or the answers of another. All its other methods are those of the inner
 * miner, which it closes, too.
 *
 * @throws {TypeError} when `inner` is not a miner, or `how` has another form
 */
export function wrapMiner(inner: Miner, how: WrapMinerHow): Miner {
  if (typeof inner?.prompt !== 'function')
    throw new TypeError('wrapMiner needs a miner: wrapMiner(await base.create(context), { … })')
  refuseUnknown(how, ['question', 'answer'] satisfies (keyof WrapMinerHow)[], 'wrapMiner')
  for (const [key, rewrite] of Object.entries(how))
    if (rewrite !== undefined && typeof rewrite !== 'function')
      throw new TypeError(`wrapMiner: ${key} must be a function`)
  const original = methodsOf(inner)
  const { relay, capabilities, ...others } = original
  const rewritten = async (question: Question, asked: Asked): Promise<Question> => {
    if (!how.question) return question
    const asking = requireQuestion(await how.question(question, asked))
    // The caller may have left meanwhile.
    asked.signal.throwIfAborted()
    return asking
  }
  if (!how.answer)
    return {
      ...original,
      async *prompt(question, asked) {
        return yield* original.prompt(await rewritten(question, asked), asked)
      },
      ...(relay && { relay: async (question, asked) => relay(await rewritten(question, asked), asked) }),
    }
  return {
    ...others,
    async *prompt(question, asked) {
      if (question.logprobs) throw noLogprobs()
      const asking = await rewritten(question, asked)
      let outcome: Outcome | undefined
      const read = async function* () {
        outcome = yield* mapped(original.prompt(asking, asked), toPiece)
        return outcome
      }
      const pieces = read()
      try {
        const answer = requireAnswer(how.answer?.(pieces, asking, asked))
        // The host refuses an answer that ends without an outcome.
        return ((yield* mapped(answer, withoutLogprobs)) ?? outcome) as Outcome
      } finally {
        // Not awaited: it hangs while the inner miner is stuck in an await.
        pieces.return(undefined as never).catch(() => {})
      }
    },
    ...(capabilities && {
      capabilities() {
        const { logprobs: _logprobs, ...rest } = capabilities()
        return rest
      },
    }),
  }
}

type Pieces<Return> = AsyncGenerator<string | Piece, Return>

/** Yields each piece of a generator, changed; closes the generator when its own reader stops early. */
async function* mapped<Return, Changed>(
  pieces: Pieces<Return>,
  change: (piece: string | Piece) => Changed,
): AsyncGenerator<Changed, Return> {
  let isOver = false
  try {
    for (;;) {
      const step = await pieces.next()
      isOver = step.done === true
      if (step.done) return step.value
      yield change(step.value)
    }
  } finally {
    if (!isOver) await pieces.return?.(undefined as never)
  }
}

function toPiece(piece: string | Piece): Piece {
  return typeof piece === 'string' ? { text: piece } : piece
}

function withoutLogprobs(piece: string | Piece): string | Piece {
  if (typeof piece !== 'object' || piece?.logprobs === undefined) return piece
  const { logprobs: _logprobs, ...rest } = piece
  return rest
}

function noLogprobs(): NoAnswer {
  return new NoAnswer('unsupported', 'this miner rewrites its answers, so it has no logprobs', { code: 'MINER_LACKS' })
}

function requireQuestion(question: unknown): Question {
  const { messages } = (question ?? {}) as Partial<Question>
  if (Array.isArray(messages) && messages.length > 0) return question as Question
  throw misbehaves('question returned no messages', 'return { ...question, messages: [ … ] } from question')
}

/** Without its asterisk, `answer` returns a promise, and an unhandled rejection would end the process. */
function requireAnswer(returned: unknown): Pieces<Outcome | undefined> {
  const { next } = (returned ?? {}) as { readonly next?: unknown }
  if (typeof next === 'function') return returned as Pieces<Outcome | undefined>
  Promise.resolve(returned).catch(() => {})
  throw misbehaves('answer is not an async generator', 'write: async *answer(…)')
}

function misbehaves(message: string, hint: string): NoAnswer {
  return new NoAnswer('upstream', message, { code: 'MINER_MISBEHAVES', hint })
}
