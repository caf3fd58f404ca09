import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { askAsValidator, askStreamAsValidator, says } from '../interop/ask-as-validator.ts'
import { within } from '../support/child-process.ts'
import { type RunOptions, spawnMiner, startMiner } from '../support/miner-process.ts'
import { type Llama, loop, passage, passageTokens, startLlama, startLoadingLlama } from './start-llama.ts'

/** How long one step may take on a slow machine. */
const STEP_MS = 120_000
const tooLong = 'count '.repeat(20_000)

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
  const check = async (...args: readonly string[]) => {
    const { code, stdout } = await miner(['check', '--json', ...args])
    const { checks } = JSON.parse(stdout)
    assert.equal(checks.length, 1)
    return { code, ...checks[0] }
  }

  describe('`prompt`', () => {
    for (const [title, args] of [
      ['streamed', []],
      ['whole', ['--n', '2']],
      ['with the completions API', ['--api', 'completions']],
    ] as const)
      it(`prints its answer ${title}, to the last byte, with its tokens`, async () => {
        const { code, completion, model, finishReason, usage, attempts } = await prompt(...args, 'hi')
        assert.deepEqual(
          { code, completion, model, finishReason },
          { code: 0, completion: passage, model: 'recite', finishReason: 'stop' },
        )
        assert.ok(usage.promptTokens > 0)
        // llama.cpp counts one of the answers of `n`.
        assert.equal(usage.completionTokens, passageTokens)
        assert.deepEqual([attempts.length, attempts[0].endpoint], [1, llama.name])
      })

    it('says with --verbose which model answered, and with how many tokens', async () => {
      const { code, stdout, stderr } = await miner(['prompt', '--verbose', 'hi'])
      assert.deepEqual([code, stdout], [0, `${passage}\n`])
      assert.match(stderr, new RegExp(`answered +recite at ${llama.name}\n`))
      assert.match(stderr, new RegExp(`tokens +prompt \\d+, cached \\d+, completion ${passageTokens}\n`))
    })

    for (const tokens of Array.from({ length: 8 }, (_, index) => index + 12))
      it(`prints whole characters of an answer that is cut after ${tokens} tokens`, async () => {
        const { code, completion, finishReason, usage } = await prompt('--max-tokens', String(tokens), 'hi')
        assert.deepEqual([code, finishReason, usage.completionTokens], [0, 'length', tokens])
        assert.ok(completion !== '' && passage.startsWith(completion), completion)
        assert.ok(completion.isWellFormed() && !completion.includes('\ufffd'), completion)
      })

    it('ends the answer before a stop text', async () => {
      const { completion, finishReason } = await prompt('--stop', ' lazy', 'hi')
      assert.deepEqual([completion, finishReason], [' The quick brown fox jumps over a', 'stop'])
    })

    it('explains that the conversation is too long', async () => {
      const { code, error } = await prompt(tooLong)
      assert.deepEqual([code, error.code, error.attempts.length], [2, 'MODEL_TOO_LONG', 1])
      assert.match(
        error.message,
        /says the conversation is too long for recite \(400\): request \(\d+ tokens\) exceeds/,
      )
    })

    it('explains that the model is loading', async () => {
      await using loading = await startLoadingLlama()
      const { code, error } = await prompt('--base-url', loading.baseUrl, '--timeout', '6s', 'hi')
      assert.deepEqual([code, error.code], [1, 'MODEL_LOADING'])
      assert.match(error.message, /is still loading recite \(503\): Loading model$/)
      assert.match(error.hint, /wait until/)
      assert.ok(Number.isInteger(error.retryAfterMs) && error.retryAfterMs > 0, String(error.retryAfterMs))
    })

    it('stops the answer when the operator does', async () => {
      const asking = ask('--max-tokens', 'none', 'count')
      await firstWords(asking)
      asking.kill('SIGINT')
      assert.deepEqual(await ended(asking), [null, 'SIGINT'])
      await llama.idle()
    })

    it('tells that the server died within an answer, of which it has printed a part', async () => {
      await using dying = await startLlama()
      const asking = ask('--base-url', dying.baseUrl, '--max-tokens', 'none', 'count')
      const printed = text(asking.stderr!)
      await firstWords(asking)
      await dying.kill()
      assert.deepEqual(await ended(asking), [1, null])
      assert.match(await printed, new RegExp(`error: ${dying.name} broke off in the middle of its answer`))
    })

    it('tells that the server froze within an answer', async () => {
      await using freezing = await startLlama()
      const asking = ask('--base-url', freezing.baseUrl, '--max-tokens', 'none', '--idle-timeout', '1s', 'count')
      const printed = text(asking.stderr!)
      await firstWords(asking)
      freezing.freeze()
      assert.deepEqual(await ended(asking), [1, null])
      assert.match(
        await printed,
        /error: recite at \S+ sent no further token for 1000 ms\n +try: see the log of the endpoint/,
      )
    })

    it('tells that the server is frozen, and not that fewer tokens would mend it', async () => {
      await using frozen = await startLlama()
      frozen.freeze()
      const { code, error } = await prompt('--base-url', frozen.baseUrl, '--timeout', '6s', 'hi')
      assert.deepEqual([code, error.code], [1, 'MODEL_TIMEOUT'])
      assert.match(error.message, /sent no token and did not finish its answer within/)
      assert.match(error.hint, /check that the endpoint is up/)
      assert.doesNotMatch(error.hint, /max-tokens/)
    })
  })

  describe('`check`', () => {
    it('passes, and reads the slots', async () => {
      const { code, findings, notes, problem, concurrency } = await check('--concurrency', '4')
      const { firstToken, total, ...held } = findings
      assert.deepEqual(held, { reachable: true, key: true, model: true, parameters: true })
      assert.ok(total >= firstToken && firstToken > 0)
      assert.deepEqual([code, notes, problem, concurrency], [0, undefined, undefined, 4])
    })

    it('says that more is asked at once than there are slots', async () => {
      const { notes } = await check('--concurrency', '5')
      assert.equal(notes.length, 1)
      assert.match(notes[0], /^answers 4 questions at once, but --concurrency is 5: /)
    })

    it('says that the name of the model is ignored', async () => {
      const { code, findings, notes } = await check('--concurrency', '4', '--model', 'another/model')
      assert.deepEqual([code, findings.model, notes.length], [0, false, 1])
      assert.match(
        notes[0],
        /^ignores the name of the model: recite answers, not another\/model\. .*set --model to recite/,
      )
    })

    it('says that the suffix is ignored', async () => {
      const { findings, notes } = await check('--concurrency', '4', '--api', 'completions', '--suffix', ' and so on')
      assert.deepEqual([findings.parameters, notes.length], [false, 1])
      assert.match(notes[0], /^recite seems to ignore --suffix: it counts \d+ tokens of input with and without it/)
    })

    it('says that the model is loading', async () => {
      await using loading = await startLoadingLlama()
      const { code, findings, problem } = await check('--base-url', loading.baseUrl)
      assert.deepEqual([code, findings.reachable, findings.model, problem.code], [1, true, null, 'MODEL_LOADING'])
    })
  })

  it('is listed by `models`, with the model that is configured', async () => {
    const { code, stdout } = await miner(['models', '--json'])
    assert.equal(code, 0)
    assert.match(stdout, /"recite"/)
    const table = await miner(['models'])
    assert.match(table.stdout, new RegExp(`^${llama.name} +recite +yes$`, 'm'))
  })

  describe('`serve`', () => {
    const serve = (...args: readonly string[]) =>
      startMiner(['serve', '--dev', '--axon-port', '0', ...args], { env: env() })

    it('answers a validator: whole, cut by tokens, and too long', async () => {
      await using axon = await serve('--max-tokens', '40')
      const [whole, cut, long] = await askAsValidator('10.4.1', axon, [says('hi'), says('count'), says(tooLong)])
      assert.deepEqual([whole!.status_code, whole!.completion], [200, passage])
      assert.equal(cut!.status_code, 200)
      assert.ok(cut!.completion !== '' && loop.repeat(4).startsWith(cut!.completion), cut!.completion)
      assert.equal(long!.status_code, 413)
      const tokens = axon.records
        .filter(({ event }) => event === 'answered')
        .map(({ usage }) => (usage as { completionTokens: number }).completionTokens)
      assert.deepEqual(tokens.sort(), [passageTokens, 40])
    })

    it('answers a validator with a stream, and logs its tokens', async () => {
      await using axon = await serve()
      const answered = axon.next('answered')
      const [answer] = await askStreamAsValidator('10.4.1', axon, [says('hi')])
      assert.equal(answer!.chunks.map(([text]) => text).join(''), passage)
      assert.equal(answer!.status_code, 200)
      const { model, usage } = await within(STEP_MS, answered)
      assert.deepEqual([model, (usage as { completionTokens: number }).completionTokens], ['recite', passageTokens])
    })

    it('stops the answer of a validator that goes away', async () => {
      await using axon = await serve('--max-tokens', 'none')
      const cancelled = axon.next('cancelled')
      const [left] = await askStreamAsValidator('10.4.1', axon, [says('count')], { leaveAfter: 1 })
      assert.equal(left!.chunks.length, 1)
      await within(STEP_MS, cancelled)
      await llama.idle()
    })

    it('stops the answer of a validator whose time is up', async () => {
      await using axon = await serve('--max-tokens', 'none')
      const failed = axon.next('failed')
      await askStreamAsValidator('10.4.1', axon, [says('count')], { timeout: 3 })
      assert.equal((await within(STEP_MS, failed)).code, 'DEADLINE')
      await llama.idle()
    })

    it('refuses a validator with 503 while the model is loading', async () => {
      await using loading = await startLoadingLlama()
      await using axon = await serve('--base-url', loading.baseUrl)
      const [answer] = await askAsValidator('10.4.1', axon, [says('hi')], { timeout: 10 })
      assert.equal(answer!.status_code, 503)
    })

    it('reports at its start that the model answers', async () => {
      await using axon = await serve('--probe')
      const probed =
        axon.records.find(({ event }) => event === 'probed') ?? (await within(STEP_MS, axon.next('probed')))
      assert.equal(probed.ok, true)
      assert.match(String(probed.message), new RegExp(`^✓ ${llama.name} answers, after \\d+ ms$`))
      await llama.idle()
    })
  })

  /** Starts `prompt`, whose words and messages can be read. */
  function ask(...args: readonly string[]): ChildProcess {
    const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
    const asking = spawn(process.execPath, [program, 'prompt', ...args], {
      env: { ...process.env, ...env() },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // A failed test leaves it running, but it must not outlive the test run.
    process.once('exit', () => asking.kill('SIGKILL'))
    return asking
  }
})

/** Waits until the model speaks, and reads on. */
async function firstWords({ stdout }: ChildProcess): Promise<void> {
  await within(STEP_MS, once(stdout!, 'data'))
  stdout!.resume()
}

/** Waits for a process to end. @returns its exit code and signal */
async function ended(child: ChildProcess): Promise<unknown[]> {
  return await within(STEP_MS, once(child, 'close'))
}
