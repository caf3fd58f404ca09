import assert from 'node:assert/strict'
import { spawnMiner, startMiner } from '../support/miner-process.ts'
import { askAsValidator, says } from './ask-as-validator.ts'
import { type LiteLLM, startLiteLLM } from './start-litellm.ts'

describe("miner with LiteLLM's proxy", () => {
  let litellm: LiteLLM

  before(async () => {
    litellm = await startLiteLLM()
  })
  after(() => litellm?.[Symbol.asyncDispose]())

  const env = (key = litellm.key) => ({ OPENAI_BASE_URL: litellm.baseUrl, OPENAI_API_KEY: key })
  const prompt = (args: readonly string[], key?: string) => spawnMiner(['prompt', ...args, 'hi'], { env: env(key) })

  it('prints its answer as it streams', async () => {
    const { code, stdout, stderr } = await prompt([])
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${litellm.answer}\n`, stderr: '' })
  })

  it('prints its answer when it is one of two, which are not streamed', async () => {
    const { code, stdout, stderr } = await prompt(['--n', '2'])
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${litellm.answer}\n`, stderr: '' })
  })

  for (const [title, n] of [
    // LiteLLM counts unasked in a whole answer, and in a stream only when it is asked.
    ['streamed', '1'],
    ['whole', '2'],
  ] as const)
    it(`tells which model spoke, why it stopped, and how many tokens it took, ${title}`, async () => {
      const { completion, model, finishReason, usage } = JSON.parse((await prompt(['--n', n, '--json'])).stdout)
      assert.deepEqual([completion, model, finishReason], [litellm.answer, 'gpt-3.5-turbo', 'stop'])
      assert.ok(usage.promptTokens > 0 && usage.completionTokens > 0, JSON.stringify(usage))
    })

  it('explains that the model is not there', async () => {
    const { code, stdout, stderr } = await prompt(['--model', 'gpt-9'])
    assert.match(stderr, /^error: 127\.0\.0\.1:\d+ has no model gpt-9 \(400\)/)
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  })

  it('explains that the key is refused', async () => {
    const { code, stdout, stderr } = await prompt([], 'sk-wrong')
    // Without a database LiteLLM has no other words for a key that is not its own.
    assert.match(stderr, /^error: 127\.0\.0\.1:\d+ refuses the API key, or requires one \(400\)/)
    assert.doesNotMatch(stderr, /sk-wrong/)
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  })

  it('answers a validator', async () => {
    await using miner = await startMiner(['serve', '--dev', '--axon-port', '0'], { env: env() })
    const [answer] = await askAsValidator('10.4.1', miner, [says('hi')])
    assert.deepEqual([answer!.status_code, answer!.completion], [200, litellm.answer])
  })
})
