import assert from 'node:assert/strict'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import type { Miner } from '#dist/plugin/miner.js'
import { assertAtOnce } from '../../support/assert-at-once.ts'
import { type FaultName, faults } from '../../support/fault-server.ts'
import { startModelServer } from '../../support/model-server.ts'
import { type Handshake, startTlsFront } from '../../support/tls-front.ts'
import { ask, build, refusal } from '../ask.ts'

/** The code of the error, or the text of the answer, by what the one endpoint does. */
const outcomes: Record<FaultName, { code: string } | { text: string }> = {
  'stall before the head': { code: 'MODEL_TIMEOUT' },
  'stall after the head': { code: 'MODEL_TIMEOUT' },
  'stall between tokens': { code: 'MODEL_TIMEOUT' },
  'reset before the head': { code: 'MODEL_UNREACHABLE' },
  'reset after the head': { code: 'MODEL_CUT' },
  'reset between tokens': { code: 'MODEL_CUT' },
  'cut between tokens': { code: 'MODEL_CUT' },
  'cut in the middle of a character': { code: 'MODEL_CUT' },
  'half a JSON, cut': { code: 'MODEL_CUT' },
  'half a JSON, ended': { code: 'MODEL_UNREADABLE' },
  '429 with seconds': { code: 'MODEL_RATE_LIMITED' },
  '429 with a date': { code: 'MODEL_RATE_LIMITED' },
  '429 with milliseconds': { code: 'MODEL_RATE_LIMITED' },
  '429 without a word on when': { code: 'MODEL_RATE_LIMITED' },
  '429 with nonsense': { code: 'MODEL_RATE_LIMITED' },
  '500 three times': { text: 'Hello there' },
  'wrong key': { code: 'MODEL_KEY_REFUSED' },
  'wrong model': { code: 'MODEL_NOT_FOUND' },
  "unsupported parameter, in OpenAI's words": { text: 'Hello there' },
  "unsupported parameter, in vLLM's words": { text: 'Hello there' },
  'no [DONE]': { text: 'Hello there' },
  'finish_reason in every chunk': { text: 'Hello there' },
  'pings and empty events': { text: 'Hello there' },
  'a garbage line': { code: 'MODEL_UNREADABLE' },
  '50 MB, streamed': { code: 'MODEL_ANSWER_TOO_LARGE' },
  '50 MB, whole': { code: 'MODEL_ANSWER_TOO_LARGE' },
  'gzip, streamed': { text: 'Hello there' },
  'gzip, whole': { text: 'Hello there' },
  redirect: { code: 'MODEL_REDIRECTED' },
  'an error inside the stream': { code: 'MODEL_FAILED' },
  'JSON where a stream was asked for': { text: 'Hello there' },
  'a blank answer': { code: 'MODEL_EMPTY' },
}

describe('a failing endpoint, when it is the only one,', () => {
  // The client is loaded with the first question, which takes of its time.
  before(() => import('openai'))

  for (const [name, outcome] of Object.entries(outcomes) as [FaultName, (typeof outcomes)[FaultName]][])
    it(`with ${name}: ${'code' in outcome ? outcome.code : 'answers'}, in time, and nothing stays open`, async () => {
      await using model = await startModelServer(faults()[name])
      assert.deepEqual(await answerInTime(await openai(model.url), msFor(name)), outcome)
      assert.notEqual(model.requests.length, 0)
      for (const { over } of model.requests) await over
      assert.equal(model.open, 0)
    })

  for (const handshake of ['self-signed', 'plain HTTP'] satisfies Handshake[])
    it(`with ${handshake} on a TLS port: MODEL_TLS, in time, and no request is sent`, async () => {
      await using model = await startModelServer()
      await using front = await startTlsFront(model.url, () => handshake)
      assert.deepEqual(await answerInTime(await openai(front.url), 3000), { code: 'MODEL_TLS' })
      assert.equal(model.requests.length, 0)
    })
})

/** Who fails is asked until the time is over, so there is little of it; but 50 MB take theirs. */
const msFor = (name: string) => (/stall/.test(name) ? 1_000 : /50 MB/.test(name) ? 8000 : 3000)

const openai = (baseUrl: string) => build(openaiMiner(openaiClient), { baseUrl })

/** What came of a question of somebody who has `ms`. */
async function answerInTime(miner: Miner, ms: number): Promise<{ code: string } | { text: string }> {
  const deadline = Date.now() + ms
  const answer = ask(miner, { deadline })
  const outcome = await answer.then(
    ({ text }) => ({ text }),
    async () => ({ code: (await refusal(answer)).code }),
  )
  assertAtOnce(Date.now() - deadline)
  return outcome
}
