import nock from 'nock'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import type { Answer } from '#dist/plugin/dialect.js'
import type { Asked, Miner, Question } from '#dist/plugin/miner.js'
import { collectAnswer } from '#dist/plugin/run/whole-answer.js'
import { type Behaviour, chunk, event } from '../../support/model-server.ts'
import { asked, build, hello } from '../ask.ts'

export const openai = (settings: object = {}): Promise<Miner> => build(openaiMiner(openaiClient), settings)

/** The whole answer to a question that says more than words. */
export function answerOf(miner: Miner, more: Partial<Question>, changes: Partial<Asked> = {}): Promise<Answer> {
  return collectAnswer(miner, { messages: hello, ...more }, asked(changes))
}

/** Has OpenAI's own host answer the next question with this stream. What it was asked is in `body` after that. */
export function openaiStreams(stream: string): { readonly body: Record<string, unknown> } {
  const request = { body: {} }
  nock('https://api.openai.com')
    .post('/v1/chat/completions', body => {
      request.body = body
      return true
    })
    .reply(200, stream, { 'content-type': 'text/event-stream; charset=utf-8' })
  return request
}

/** A stream of these deltas, each in an event of its own, to its end. */
export const deltas = (parts: readonly object[], finishReason = 'stop'): string =>
  [...parts.map(delta => chunk(delta)), chunk({}, finishReason)].map(event).join('').concat('data: [DONE]\n\n')

/** Sends these parts as one stream, each in a packet of its own. */
export const sent =
  (...parts: readonly (string | Uint8Array)[]): Behaviour =>
  async response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of parts) {
      await new Promise(resolve => response.write(part, resolve))
      await new Promise(setImmediate)
    }
    response.end()
  }
