// For `fork`: a miner without an axon, asked as an axon asks it: with a margin before the deadline, and a signal that
// then aborts.
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { readAnswer } from '#dist/plugin/run/read-answer.js'
import { build } from '../miners/ask.ts'
import { held, type Memory } from '../support/memory.ts'
import { questionOf } from './conversation.ts'
import { broken, type Outcome, stream } from './outcome.ts'

/** A message to the miner's process. */
export type ToMiner =
  | { readonly ask: number; readonly deadlineMs: number }
  | { readonly leave: number }
  | { readonly memory: true }
/** A message from the miner's process. */
export type FromMiner = { readonly asked: number; readonly outcome: Outcome } | { readonly memory: Memory }

const miner = await build(openaiMiner(openaiClient), JSON.parse(process.env.CHAOS_SETTINGS!))
const leaving = new Map<number, AbortController>()

process.on('message', async (message: ToMiner) => {
  if ('memory' in message) return post({ memory: held() })
  if ('leave' in message) return leaving.get(message.leave)?.abort()
  const { ask: number, deadlineMs } = message
  const leave = new AbortController()
  leaving.set(number, leave)
  post({ asked: number, outcome: await ask(number, deadlineMs, leave.signal) })
  leaving.delete(number)
})
process.on('disconnect', () => process.exit())

async function ask(number: number, deadlineMs: number, leave: AbortSignal): Promise<Outcome> {
  const budget = deadlineMs - Math.min(300, deadlineMs / 10)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), budget)
  const signal = AbortSignal.any([late.signal, leave])
  const question = { messages: [{ role: 'user', content: questionOf(number) } as const] }
  const answer = miner.prompt(question, { id: String(number), signal, deadline: Date.now() + budget })
  let text = ''
  try {
    for await (const piece of readAnswer(answer, signal)) text += piece.text ?? ''
    return stream(number, text, { isCut: false })
  } catch (error) {
    if (leave.aborted) return { kind: 'left' }
    if (late.signal.aborted) return { kind: 'refused', what: 'deadline' }
    if (!(error instanceof NoAnswer)) return broken(String(error))
    return text === '' ? { kind: 'refused', what: error.code } : stream(number, text, { isCut: true })
  } finally {
    clearTimeout(timer)
  }
}

function post(message: FromMiner): void {
  process.send!(message)
}
