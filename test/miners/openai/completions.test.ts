import assert from 'node:assert/strict'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import type { Message } from '#dist/plugin/miner.js'
import { answered, type Behaviour, event, startModelServer } from '../../support/model-server.ts'
import { ask, build, refusal } from '../ask.ts'
import { askingOnce } from './asking-once.ts'

const openai = (settings: object) => build(askingOnce(openaiClient), { api: 'completions', ...settings })

/** A completion of a base model, streamed as OpenAI's API sends it. */
const continued =
  (...texts: string[]): Behaviour =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const piece = { id: 'cmpl-1', object: 'text_completion', model: 'davinci-002' }
    for (const text of texts)
      response.write(event({ ...piece, choices: [{ text, index: 0, logprobs: null, finish_reason: null }] }))
    response.write(event({ ...piece, choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'length' }] }))
    response.end('data: [DONE]\n\n')
  }

describe('the completions API', () => {
  it('is asked with the prompt, the suffix and the settings, and its words are given on', async () => {
    await using model = await startModelServer(continued('  return', ' a + b'))
    const messages: Message[] = [{ role: 'user', content: 'def add(a, b):' }]
    const miner = await openai({ baseUrl: model.url, model: 'davinci-002', maxTokens: 7, suffix: '\n# end' })
    const { pieces, outcome } = await ask(miner, { messages })
    assert.deepEqual(pieces, ['  return', ' a + b'])
    assert.deepEqual(outcome, { model: 'davinci-002', finishReason: 'length' })
    const [{ path, body }] = model.requests as [(typeof model.requests)[0]]
    assert.equal(path, '/v1/completions')
    assert.deepEqual(body, {
      model: 'davinci-002',
      prompt: 'def add(a, b):',
      suffix: '\n# end',
      n: 1,
      max_tokens: 7,
      temperature: 0.4,
      top_p: 1,
      presence_penalty: 0.1,
      frequency_penalty: 0.1,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('is given a conversation as one text, with blank lines between the messages', async () => {
    await using model = await startModelServer(continued('x'))
    const messages: Message[] = [
      { role: 'user', content: 'One.' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: 'Three.' },
    ]
    await ask(await openai({ baseUrl: model.url, systemPrompt: 'Zero.' }), { messages })
    assert.equal(model.requests[0]!.body.prompt, 'Zero.\n\nOne.\n\nTwo.\n\nThree.')
  })

  it('answers whole, too', async () => {
    const choices = [
      { text: 'cut', index: 0, finish_reason: 'length' },
      { text: 'complete', index: 1, finish_reason: 'stop' },
    ]
    await using model = await startModelServer(answered(200, { object: 'text_completion', choices }))
    const { text, outcome } = await ask(await openai({ baseUrl: model.url, n: 2 }))
    assert.equal(text, 'complete')
    assert.equal(outcome.finishReason, 'stop')
  })

  it('says that a chat model is not for it', async () => {
    const message = 'This is a chat model and not supported in the v1/completions endpoint.'
    await using model = await startModelServer(answered(404, { error: { message, param: 'model' } }))
    const error = await refusal(ask(await openai({ baseUrl: model.url })))
    assert.equal(error.code, 'MODEL_NOT_FOUND')
    assert.match(error.message, /This is a chat model/)
  })
})
