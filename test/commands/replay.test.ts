import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conversation, entry, write } from '../request-log/logged.ts'
import { runMiner } from '../support/miner-process.ts'
import { completion, type ModelServer, startModelServer, whole } from '../support/model-server.ts'
import { bob } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

describe('miner replay of a question that names its own values', () => {
  const data = mkdtempSync(join(tmpdir(), 'miner-replay-'))
  const env = { MINER_DATA_DIR: data }
  let model: ModelServer

  before(async () => {
    model = await startModelServer(whole('another'))
    const { question, ...rest } = conversation('hi', 'fine')
    const own = { ...question, model: 'asked', maxTokens: 7, temperature: 1.5, seed: 3 }
    await write(join(data, 'requests', `1-${bob.address}.sqlite`), [entry({ id: 'own' }, [{ question: own, ...rest }])])
  })
  after(async () => {
    await model[Symbol.asyncDispose]()
    rmSync(data, { recursive: true, force: true })
  })

  const words = (...args: readonly string[]) => ['replay', 'own', '--dev', '--base-url', model.url, ...args]
  /** Replays it, and returns what the model was asked for. */
  const sent = async (args: readonly string[], more: Record<string, string> = {}) => {
    const { code, stderr } = await runMiner(words('--yes', ...args), { env: { ...env, ...more } })
    assert.equal(code, 0, stderr)
    const { model: named, max_tokens, temperature, seed } = model.requests.at(-1)!.body as Record<string, unknown>
    return [named, max_tokens, temperature, seed]
  }

  it('keeps them, whatever variables say', async () => {
    assert.deepEqual(await sent([], { MINER_OPENAI_MODEL: 'other' }), ['asked', 7, 1.5, 3])
  })

  it('asks with the values of flags instead', async () => {
    assert.deepEqual(await sent(['--model', 'other']), ['other', 7, 1.5, 3])
    assert.deepEqual(await sent(['--openai-max-tokens', '9', '--temperature', '0', '--seed', '4']), ['asked', 9, 0, 4])
  })

  it('tells what the new answer cost, where its model has a price', async () => {
    const file = join(data, 'prices.toml')
    writeFileSync(file, '[prices."priced"]\ninput = 1\noutput = 2\n')
    const { prompt_tokens, completion_tokens } = completion('').usage
    const usd = (prompt_tokens + 2 * completion_tokens) / 1e6
    for (const [named, costUsd, text] of [
      ['priced', usd, /^ {2}cost: \$0\.0000/m],
      ['priceless', null, /^ {2}cost: unknown$/m],
    ] as const) {
      const args = words('--yes', '--config', file, '--model', named)
      const { stdout } = await runMiner([...args, '--json'], { env })
      assert.equal(JSON.parse(stdout).now.costUsd, costUsd)
      assert.match((await runMiner(args, { env })).stdout.split('\nnow\n')[1]!, text)
    }
  })

  it('names --dev where only that log is there, and tells a folder that it may not enter', async function () {
    const wallet = ['--wallet-path', join(data, 'none')]
    const { code, stderr } = await runMiner(['logs', ...wallet], { env })
    assert.equal(code, 2)
    assert.match(
      stderr,
      /^error: there is no hotkey file .*\n {2}try: read the log of miner serve --dev with --dev, or /,
    )
    if (process.getuid?.() === 0) return this.skip() // root may enter any
    const shut = join(data, 'shut')
    await write(join(shut, 'log.sqlite'), [entry()])
    chmodSync(shut, 0)
    const denied = await runMiner(['logs', '--file', join(shut, 'log.sqlite')], { env })
    chmodSync(shut, 0o700)
    assert.match(denied.stderr, /^error: this user may not enter the folder of .* \(EACCES\)$/m)
  })

  it('reads the log that --file names, tells that the request failed, and gives whole milliseconds', async () => {
    const file = join(data, 'copy', 'copy.sqlite')
    const times = { claimed: 1.1, verified: 2.2, placed: 3.3, firstToken: 73.5604, done: 80.0001 }
    const ended = {
      id: 'broken',
      outcome: 'failed',
      status: 502,
      code: 'MODEL_FAILED',
      reason: 'it broke',
      times,
    } as const
    await write(file, [entry(ended, [conversation('hi', '')])])
    const args = ['replay', 'broken', '--file', file, '--base-url', model.url, '--yes']
    const { code, stdout, stderr } = await runMiner(args, { env })
    assert.equal(code, 0, stderr)
    const [before, now] = stdout.split('\nnow\n')
    assert.match(before!, /^ {2}failed: MODEL_FAILED: it broke$/m)
    assert.match(now!, /^ {2}finish reason: stop$/m)
    const json = JSON.parse((await runMiner([...args, '--json'], { env })).stdout)
    assert.deepEqual([json.before.outcome, json.before.code, json.before.firstMs], ['failed', 'MODEL_FAILED', 70])
    assert.ok(Number.isInteger(json.now.ms) && Number.isInteger(json.now.firstMs))
  })

  it('names the model that will be asked before it asks', async function () {
    if (!hasTerminal()) return this.skip()
    for (const [args, text] of [
      [[], 'openai (for asked, the model that the question names) again'],
      [['--model', 'other'], 'openai (other) again'],
      [['--use', 'echo'], 'echo (for asked, the model that the question names) again'],
    ] as const) {
      await using run = onTerminal([...(args[0] === '--use' ? ['replay', 'own', '--dev'] : words()), ...args], {
        env,
        columns: 200,
      })
      await run.says(`This asks the miner ${text}`)
      run.child.stdin.write('n\n')
      await run.says('not asked')
      assert.equal((await run.ended).code, 0)
    }
  })
})
