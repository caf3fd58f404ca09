import assert from 'node:assert/strict'
import type { Piece } from '#dist/plugin/miner.js'
import { answered, chunk, completion, event, startModelServer, streamed } from '../../support/model-server.ts'
import { asked, hello, refusal } from '../ask.ts'
import { answerOf, openai, openaiStreams, sent } from './answer-of.ts'

type Entry = { token: string; logprob: number; bytes?: number[] | null; top_logprobs?: object[] }

const entry = (token: string, logprob: number, top: object[] = []): Entry => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
  top_logprobs: top,
})
/** A piece as OpenAI streams it: the logprobs of its tokens stand beside its words. */
const piece = (content: string, ...entries: Entry[]) => ({
  ...chunk(),
  choices: [{ index: 0, delta: { content }, logprobs: { content: entries, refusal: null }, finish_reason: null }],
})
const end = `${event(chunk({}, 'stop'))}data: [DONE]\n\n`
const logprobs = { top: 2 }

describe('the logprobs of an answer', () => {
  it('are requested from OpenAI, and come with the text', async () => {
    const top = [
      { token: 'Hi', logprob: -0.5, bytes: [72, 105] },
      { token: 'He', logprob: -9999, bytes: [72, 101] },
    ]
    const request = openaiStreams(
      [piece(''), piece('Hi', entry('Hi', -0.5, top)), piece('!', entry('!', -0.25))].map(event).join('') + end,
    )
    const speech = (await openai({ apiKey: 'sk-test-123' })).prompt({ messages: hello, logprobs }, asked())
    const pieces: (string | Piece)[] = []
    for await (const one of speech) pieces.push(one)
    assert.deepEqual([request.body.logprobs, request.body.top_logprobs], [true, 2])
    assert.deepEqual(pieces, [
      {
        text: 'Hi',
        logprobs: [
          {
            token: 'Hi',
            logprob: -0.5,
            bytes: [72, 105],
            top: [
              { token: 'Hi', logprob: -0.5 },
              { token: 'He', logprob: -9999 },
            ],
          },
        ],
      },
      { text: '!', logprobs: [{ token: '!', logprob: -0.25, bytes: [33], top: [] }] },
    ])
  })

  it('have no alternatives when none are requested', async () => {
    await using model = await startModelServer(sent(event(piece('Hi', entry('Hi', -0.5))), end))
    await answerOf(await openai({ baseUrl: model.url }), { logprobs: { top: 0 } })
    const { body } = model.requests[0]!
    assert.deepEqual([body.logprobs, body.top_logprobs], [true, undefined])
  })

  it('are read from a whole document', async () => {
    const answer = completion('Hi')
    const choices = [{ ...answer.choices[0]!, logprobs: { content: [{ token: 'Hi', logprob: -0.5, bytes: null }] } }]
    await using model = await startModelServer(answered(200, { ...answer, choices }))
    const { text, logprobs: told } = await answerOf(await openai({ baseUrl: model.url }), { logprobs })
    assert.deepEqual([text, told], ['Hi', [{ token: 'Hi', logprob: -0.5 }]])
  })

  it('are one for each token, including leading white space and parts of a character', async () => {
    const parts = [
      piece('\n', entry('\n', -1)),
      piece('', entry('<half>', -2)),
      piece('é', entry('é', -3)),
      piece('', entry('', -4)),
    ]
    await using model = await startModelServer(sent(...parts.map(event), end))
    const { text, logprobs: told } = await answerOf(await openai({ baseUrl: model.url }), { logprobs })
    assert.equal(text, '\né')
    assert.deepEqual(
      told.map(({ token }) => token),
      ['\n', '<half>', 'é', ''],
    )
  })

  it('exclude those of thoughts, and malformed ones', async () => {
    const thought = { index: 0, delta: { reasoning_content: 'Hm' }, logprobs: { content: [entry('Hm', -1)] } }
    const odd = [null, {}, { token: 7, logprob: -1 }, { token: 'x', logprob: '1' }, { token: 'x', logprob: null }]
    const answer = piece('Hi', ...(odd as Entry[]), { ...entry('Hi', -1), bytes: [300] })
    await using model = await startModelServer(sent(event({ choices: [thought] }), event(answer), end))
    const { logprobs: told } = await answerOf(await openai({ baseUrl: model.url }), { logprobs })
    assert.deepEqual(told, [{ token: 'Hi', logprob: -1, top: [] }])
  })

  it('are dropped when the question does not ask for them', async () => {
    await using model = await startModelServer(sent(event(piece('Hi', entry('Hi', -0.5))), end))
    const { logprobs: told } = await answerOf(await openai({ baseUrl: model.url }), {})
    assert.deepEqual(told, [])
    assert.ok(!('logprobs' in model.requests[0]!.body))
  })

  it('that an endpoint silently omits make it fail: another is asked before the first word', async () => {
    await using main = await startModelServer(streamed(['Hello', ' there']))
    await using local = await startModelServer(sent(event(piece('Hi', entry('Hi', -0.5))), end))
    const alone = await refusal(answerOf(await openai({ baseUrl: main.url }), { logprobs }))
    assert.deepEqual([alone.code, alone.reason], ['MODEL_UNSUPPORTED', 'unsupported'])
    const endpoints = [
      { name: 'main', baseUrl: main.url },
      { name: 'local', baseUrl: local.url },
    ]
    assert.equal((await answerOf(await openai({ endpoints }), { logprobs })).text, 'Hi')
  })
})
