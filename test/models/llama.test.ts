import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { askAsValidator, askStreamAsValidator, says } from '../interop/ask-as-validator.ts'
import { type RunOptions, spawnMiner, startMiner } from '../support/miner-process.ts'
import { type Llama, loop, passage, startLlama } from './start-llama.ts'

describe("miner with llama.cpp's server", () => {
  let llama: Llama

  before(async () => {
    llama = await startLlama()
  })
  after(() => llama?.[Symbol.asyncDispose]())

  const env = () => ({ OPENAI_BASE_URL: llama.baseUrl, MINER_OPENAI_MODEL: 'recite' })
  const miner = (args: readonly string[], options: RunOptions = {}) => spawnMiner(args, { env: env(), ...options })
  const prompt = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await miner(['prompt', '--json', ...args])
    return { code, stderr, ...JSON.parse(stdout) }
  }

  for (const [title, args] of [
    ['streamed', []],
    ['whole', ['--n', '2']],
    ['with the completions API', ['--api', 'completions']],
  ] as const)
    it(`prints its answer ${title}, to the last byte, with its tokens`, async () => {
      const { code, completion, model, finishReason, usage } = await prompt(...args, 'hi')
      assert.deepEqual(
        { code, completion, model, finishReason },
        { code: 0, completion: passage, model: 'recite', finishReason: 'stop' },
      )
      assert.ok(usage.promptTokens > 0 && usage.completionTokens > 30, JSON.stringify(usage))
    })

  for (const tokens of Array.from({ length: 8 }, (_, index) => index + 12))
    it(`prints whole characters of an answer that is cut after ${tokens} tokens`, async () => {
      const { code, completion, finishReason, usage } = await prompt('--max-tokens', String(tokens), 'hi')
      assert.deepEqual([code, finishReason, usage.completionTokens], [0, 'length', tokens])
      assert.ok(passage.startsWith(completion), completion)
      assert.ok(completion.isWellFormed() && !completion.includes('\ufffd'), completion)
    })

  it('explains that the conversation is too long', async () => {
    const { code, error } = await prompt('count '.repeat(20_000))
    assert.deepEqual([code, error.code], [2, 'MODEL_TOO_LONG'])
    assert.match(error.message, /too long for recite/)
  })

  it('stops the answer when the operator does', async () => {
    const asking = ask('--max-tokens', 'none', 'count')
    await once(asking.stdout!, 'data')
    await llama.busy()
    asking.kill('SIGINT')
    assert.deepEqual(await once(asking, 'close'), [null, 'SIGINT'])
    await llama.idle()
  })

  it('tells that the server died within an answer', async () => {
    await using dying = await startLlama()
    const asking = ask('--json', '--verbose', '--base-url', dying.baseUrl, '--max-tokens', 'none', 'count')
    let stdout = ''
    asking.stdout!.on('data', text => {
      stdout += text
    })
    await dying.busy()
    await dying.kill()
    const [code] = await once(asking, 'close')
    const { error } = JSON.parse(stdout)
    assert.deepEqual([code, error.code], [1, 'MODEL_UNREACHABLE'], stdout)
  })

  it('passes `check`', async () => {
    const { code, stdout, stderr } = await miner(['check'])
    assert.equal(code, 0, stdout + stderr)
  })

  describe('answers a validator', () => {
    const serve = (...args: readonly string[]) =>
      startMiner(['serve', '--dev', '--axon-port', '0', ...args], { env: env() })

    it('whole, cut by tokens, and too long', async () => {
      await using axon = await serve('--max-tokens', '40')
      const [whole, cut, long] = await askAsValidator('10.4.1', axon, [
        says('hi'),
        says('count'),
        says('count '.repeat(20_000)),
      ])
      assert.deepEqual([whole!.status_code, whole!.completion], [200, passage])
      assert.equal(cut!.status_code, 200)
      assert.ok(loop.repeat(4).startsWith(cut!.completion), cut!.completion)
      assert.equal(long!.status_code, 413)
    })

    it('as a stream', async () => {
      await using axon = await serve()
      const [answer] = await askStreamAsValidator('10.4.1', axon, [says('hi')])
      assert.equal(answer!.chunks.map(([text]) => text).join(''), passage)
      assert.equal(answer!.status_code, 200)
    })

    it('who goes away, and stops the answer', async () => {
      await using axon = await serve('--max-tokens', 'none')
      const cancelled = axon.next('cancelled')
      await askStreamAsValidator('10.4.1', axon, [says('count')], { timeout: 1 })
      await cancelled
      await llama.idle()
    })
  })

  function ask(...args: readonly string[]): ChildProcess {
    const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
    return spawn(process.execPath, [program, 'prompt', ...args], {
      env: { ...process.env, ...env() },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }
})
