import { randomUUID } from 'node:crypto'
import type { Answer } from '../plugin/dialect.js'
import type { Message, Miner, Question } from '../plugin/miner.js'
import { collectAnswer } from '../plugin/run/whole-answer.js'
import type { MinerPlugin } from '../plugin/sdk.js'
import { buildMiner } from './build-miner.js'

export type AskMinerHow = {
  /** settings of a plugin, in the form that `create` gets: durations in milliseconds, sizes in bytes */
  readonly config?: object
  /** what the question says beside its messages */
  readonly question?: Omit<Question, 'messages'>
  readonly timeoutMs?: number
}

/**
 * Asks a miner without a network, as `miner prompt` does, and reads its answer as the host does: without trusting it.
 *
 * @param messages a conversation; a text is one message of a user
 * @param how.timeoutMs 10 s unless it is said
 * @throws {TypeError} when the settings do not hold
 * @throws {NoAnswer} EMPTY_ANSWER · ANSWER_TOO_LONG · MINER_MISBEHAVES
 * @throws {DOMException} TimeoutError
 * @throws whatever the miner throws
 */
export async function askMiner(
  miner: MinerPlugin | Miner,
  messages: string | readonly Message[],
  { config, question, timeoutMs = 10_000 }: AskMinerHow = {},
): Promise<Answer> {
  await using built = await buildMiner(miner, config)
  const conversation = typeof messages === 'string' ? [{ role: 'user', content: messages } as const] : messages
  const asked = { id: randomUUID(), signal: AbortSignal.timeout(timeoutMs), deadline: Date.now() + timeoutMs }
  return await collectAnswer(built.miner, { ...question, messages: conversation }, asked)
}
