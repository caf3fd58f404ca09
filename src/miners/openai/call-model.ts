import type { OpenAI } from 'openai'
import type { Asked, Outcome, Question } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { Answer } from './answer.js'
import { chatRequest } from './chat-request.js'
import { modelError } from './model-error.js'
import { replies } from './replies.js'
import type { Target } from './target.js'
import type { Upstream } from './upstream.js'

/** Asks one endpoint with one key, once. */
export type CallModel = (
  target: Target,
  question: Question,
  asked: Pick<Asked, 'signal' | 'deadline'>,
) => AsyncGenerator<string, Outcome>

/**
 * Asks a model once, and gives its words on as they come.
 *
 * @throws {NoAnswer} with a code that begins with `MODEL_`
 * @throws the signal's reason, as it is, when the signal aborts; an error of the program itself as it is
 */
export async function* callModel(
  client: OpenAI,
  { endpoint: { at, config, keys } }: Target,
  { messages }: Question,
  { signal, deadline }: Pick<Asked, 'signal' | 'deadline'>,
): AsyncGenerator<string, Outcome> {
  const upstream = { host: at.host, model: config.model, secrets: keys.filter(key => key !== null) }
  const timeout = msUntil(deadline)
  const late = AbortSignal.timeout(timeout)
  const either = AbortSignal.any([signal, late])
  const answer = new Answer(upstream)
  try {
    for await (const reply of replies(client, chatRequest(config, messages, at), { upstream, signal: either })) {
      const text = answer.take(reply)
      if (text !== '') yield text
    }
    return answer.outcome()
  } catch (error) {
    signal.throwIfAborted()
    throw late.aborted ? timedOut(upstream, timeout) : modelError(error, upstream)
  }
}

/** Whole milliseconds that a timer can hold, at least one. */
function msUntil(deadline: number): number {
  return Math.min(Math.max(1, Math.ceil(deadline - Date.now())), 2 ** 31 - 1)
}

function timedOut({ host, model }: Upstream, afterMs: number): NoAnswer {
  return new NoAnswer('late', `${model} at ${host} gave no whole answer within ${afterMs} ms`, {
    code: 'MODEL_TIMEOUT',
    hint: 'a lower --max-tokens or a faster --model answers sooner',
  })
}
