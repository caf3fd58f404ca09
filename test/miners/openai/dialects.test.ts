import assert from 'node:assert/strict'
import { eastworld } from '#dist/dialects/eastworld.js'
import { gittensor } from '#dist/dialects/gittensor.js'
import type { DialectPlugin } from '#dist/plugin/sdk.js'
import { realSockets } from '../../axon/real-sockets.ts'
import { told } from '../../axon/told.ts'
import { answered, cut as cutReply, type ModelServer, stalled, startModelServer } from '../../support/model-server.ts'
import { sdk } from '../../support/sdk.ts'
import { send, signedRequest } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'
import { deltas, openai, sent } from './answer-of.ts'

/** Asks an axon of this dialect, with the openai miner behind it, and gives its reply as it came. */
async function asking(plugin: DialectPlugin, synapse: string, model: ModelServer) {
  const dialect = plugin(sdk)
  const { example, hashed } = dialect.synapses[synapse]!
  await using axon = await startAxon({ dialect, miner: await openai({ baseUrl: model.url }), minerName: 'openai' })
  const names = (Array.isArray(hashed[0]) ? hashed[0] : hashed) as never
  return await send(axon.url, signedRequest({ synapse, fields: example, hashed: names }))
}

describe('the openai miner behind a dialect', () => {
  realSockets()

  it('relays the stream of its model to gittensor', async () => {
    const entry = { token: 'é', logprob: -0.01, bytes: [195, 169], token_id: 7 }
    const stream = deltas([{ role: 'assistant', content: '' }, { content: 'é' }])
      .replaceAll('gpt-3.5-turbo-0125', 'qwen3.6-35b-a3b')
      .replaceAll('"logprobs":null', `"logprobs":${JSON.stringify({ content: [entry] })}`)
    await using model = await startModelServer(sent(': hi\n\n', stream))
    const { status, text } = await asking(gittensor, 'InferenceSynapse', model)
    assert.deepEqual([status, text], [200, `: hi\n\n${stream}`])
    const { model: name, max_tokens, temperature, logprobs, top_logprobs, stream_options } = model.requests[0]!.body
    assert.deepEqual(
      { name, max_tokens, temperature, logprobs, top_logprobs, stream_options },
      {
        name: 'qwen3.6-35b-a3b',
        max_tokens: 64,
        temperature: 0,
        logprobs: true,
        top_logprobs: 1,
        stream_options: { include_usage: true },
      },
    )
  })

  it('refuses a model that it does not have with gittensor’s own status', async () => {
    await using model = await startModelServer(answered(404, { error: { message: 'no such model' } }))
    assert.equal((await asking(gittensor, 'InferenceSynapse', model)).status, 501)
  })

  it('acts for eastworld with a tool call', async () => {
    const call = (text: string, more = {}) => ({ tool_calls: [{ index: 0, function: { arguments: text, ...more } }] })
    const stream = deltas([call('{"direction":', { name: 'move_in_direction' }), call('"north","distance":10}')])
    await using model = await startModelServer(sent(stream))
    const { status, text } = await asking(eastworld, 'Observation', model)
    assert.equal(status, 200)
    const { action } = JSON.parse(text) as { action: unknown }
    assert.deepEqual(action, [{ name: 'move_in_direction', arguments: { direction: 'north', distance: 10 } }])
    assert.equal(model.requests[0]!.body.tool_choice, 'required')
  })

  for (const temperature of [0.7, 0])
    it(`names the model of a whole answer that the deadline cuts, at temperature ${temperature}`, async () => {
      await using model = await startModelServer(stalled(['It is so. ', 'Or']))
      const miner = await openai({ baseUrl: model.url, model: 'slow', temperature })
      await using axon = await startAxon({ miner, minerName: 'openai' })
      const record = told(axon, 'answered')
      const { status, json } = await send(axon.url, signedRequest({ timeout: '1.5' }))
      assert.deepEqual([status, json.completion], [200, 'It is so.'])
      const { outcome, attempts, partial, cut } = await record
      assert.deepEqual([outcome!.model, outcome!.finishReason, partial], ['slow', 'deadline', true])
      assert.deepEqual(
        outcome!.attempts!.map(({ model, error }) => [model, error]),
        [['slow', 'MODEL_TIMEOUT']],
      )
      assert.deepEqual(attempts, outcome!.attempts)
      assert.deepEqual(cut, { by: 'deadline', endpoint: attempts![0]!.endpoint })
    })

  it('reports why an answer was cut when its endpoint breaks off, and which one that is', async () => {
    await using model = await startModelServer(cutReply(['It is so. ', 'Or']))
    const miner = await openai({ baseUrl: model.url, model: 'm1' })
    await using axon = await startAxon({ miner, minerName: 'openai' })
    const record = told(axon, 'answered')
    const { status, json } = await send(axon.url, signedRequest())
    assert.deepEqual([status, json.completion], [200, 'It is so.'])
    assert.deepEqual((await record).cut, { by: 'MODEL_CUT', endpoint: new URL(model.url).host })
  })
})
