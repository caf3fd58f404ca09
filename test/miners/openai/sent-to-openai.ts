import nock from 'nock'
import type { Question } from '#dist/plugin/miner.js'
import { completion } from '../../support/model-server.ts'
import { answerOf, openai } from './answer-of.ts'

/** The body that OpenAI is sent. */
export async function sentToOpenAI(settings: object, question: Partial<Question> = {}) {
  let sent: Record<string, unknown> = {}
  nock('https://api.openai.com')
    .post('/v1/chat/completions', body => {
      sent = body
      return true
    })
    .reply(200, completion('Hi'))
  await answerOf(await openai({ apiKey: 'sk-test-123', ...settings }), question)
  return sent
}
