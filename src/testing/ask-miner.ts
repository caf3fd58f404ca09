import { randomUUID } from 'node:crypto'
import type { Answer } from '../plugin/dialect.js'
import type { Message, Miner, Question } from '../plugin/miner.js'
import { collectAnswer } from '../plugin/run/whole-answer.js'
import type { MinerPlugin } from '../plugin/sdk.js'
import { buildMiner } from './build-miner.js'

/** Options of `askMiner`. */
export type AskMinerHow = {
  /** the plugin's settings, in the form that `create` receives: durations in milliseconds, sizes in bytes */
  readonly config?: object
  /** the question's other fields */
  readonly question?: Omit<Question, 'messages'>
  /** 10 s by default */
  readonly timeoutMs?: number
}

/**
 * Asks a miner without a network, as `miner prompt` does, and validates its answer as the host does.
 *
 * @param messages a conversation; a string is one user message
 * @throws {TypeError} when the settings are invalid
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
