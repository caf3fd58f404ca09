import assert from 'node:assert/strict'
import { startMiner } from '../support/miner-process.ts'
import { answered, stalled, startModelServer, streamed } from '../support/model-server.ts'
import { sdkVersions } from '../support/python.ts'
import { askAsValidator, says } from './ask-as-validator.ts'

describe('miner serve with an OpenAI-compatible endpoint', () => {
  const serve = (baseUrl: string, ...more: string[]) =>
    startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', baseUrl, '--model', 'tiny', ...more])

  for (const version of sdkVersions) {
    it(`gives its answer to the dendrite of SDK ${version}`, async () => {
      await using model = await startModelServer(streamed(['Grüezi', ', ', 'mitenand 👋\n']))
      await using miner = await serve(model.url, '--temperature', '0.7', '--max-tokens', '50')
      const [answer] = await askAsValidator(version, miner, [
        {
          roles: ['system', 'user', 'assistant', 'user'],
          messages: ['Be brief.', 'It\'s\n"me"', 'Hello!', 'And now?'],
        },
      ])
      assert.deepEqual([answer!.status_code, answer!.completion], [200, 'Grüezi, mitenand 👋\n'])

      const [request, ...others] = model.requests
      assert.equal(others.length, 0)
      assert.equal(request!.path, '/v1/chat/completions')
      assert.equal(request!.body.model, 'tiny')
      assert.equal(request!.body.temperature, 0.7)
      assert.deepEqual(request!.body.messages, [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'It\'s\n"me"' },
        { role: 'assistant', content: 'Hello!' },
        { role: 'user', content: 'And now?' },
      ])
    })
  }

  it('says that the model failed, and not in its words', async () => {
    await using model = await startModelServer(answered(500, { error: { message: 'sk-secret on host db1' } }))
    await using miner = await serve(model.url)
    const [answer] = await askAsValidator('10.4.1', miner, [says('hello')])
    assert.deepEqual(
      [answer!.status_code, answer!.status_message, answer!.completion],
      [502, 'The model behind this miner failed', ''],
    )
  })

  it('refuses before the validator stops waiting when the model says nothing', async () => {
    await using model = await startModelServer(stalled())
    await using miner = await serve(model.url, '--max-timeout', '3s')
    // Ten at once: whether the axon or the miner is first to see the deadline is a race, and must not matter.
    const questions = Array.from({ length: 10 }, (_, number) => says(`question ${number}`))
    const answers = await askAsValidator('10.4.1', miner, questions, { concurrency: 10 })
    assert.deepEqual(
      answers.map(({ status_code, status_message }) => [status_code, status_message]),
      questions.map(() => [504, 'No answer within 3.0s']),
    )
    assert.equal((await (await model.arrived(0)).over).left, true, 'the model is still asked')
  })
})
