import assert from 'node:assert/strict'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { linkedPlugins, type PluginFolder } from '../support/plugins.ts'

/** Does as the question says. */
const hostile = `
const deeds = {
  throw() { throw new Error('a secret of the plugin') },
  async *late() { yield 'the first'; throw new Error('a secret of the plugin') },
  async *never() { await new Promise(() => {}) },
  five() { return 5 },
  nothing() {},
  async *numbers() { yield 5; return { model: 'h', finishReason: 'stop' } },
  async *noOutcome() { yield 'a' },
  async *gigabyte() { const much = 'x'.repeat(1 << 20); for (let i = 0; i < 1024; i++) yield much },
  async *mute() { for (;;) { yield ''; await null } },
  async *exit() { process.exit(0) },
  async *timer() { setTimeout(() => { throw new Error('thrown later') }); await new Promise(() => {}) },
  async *rejection() { Promise.reject(new Error('rejected later')); await new Promise(() => {}) },
}
export default ({ defineMiner, z }) => defineMiner({
  name: 'hostile', summary: 'does harm', settings: z.object({}),
  create: () => ({ prompt({ messages }) { return deeds[messages.at(-1).content]() } }),
})
`

describe('a hostile miner', () => {
  let plugins: PluginFolder
  let serving: MinerProcess
  before(async () => {
    plugins = linkedPlugins({
      'miner-hostile': {
        'package.json': { oclif: { contract: 1, miners: { hostile: './index.js' } } },
        'index.js': hostile,
      },
    })
    serving = await start()
  })
  after(async () => {
    await serving?.stop()
    plugins[Symbol.dispose]()
  })

  const start = () => startMiner(['serve', '--dev', '--use', 'hostile', '--axon-port', '0'], { env: plugins.env })
  const asks = async (url: string, deed: string, ...more: string[]) => {
    const { stdout } = await runMiner(['query', deed, '--dev', '--url', url, '--timeout', '2s', '--json', ...more])
    return JSON.parse(stdout)
  }

  for (const [deed, expected] of Object.entries({
    throw: 500,
    late: 500,
    five: 502,
    nothing: 502,
    numbers: 502,
    noOutcome: 502,
  }))
    it(`is named in the log, and masked to the caller: ${deed}`, async () => {
      const { status, message, completion } = await asks(serving.url, deed)
      assert.deepEqual({ status, completion }, { status: expected, completion: null })
      assert.doesNotMatch(message, /secret|plugin|hostile/)
      const record = serving.records.findLast(({ event }) => event === 'failed')!
      assert.deepEqual([record.plugin, record.status], ['hostile', expected])
      if (expected === 500) assert.ok(message.includes(String(record.id)), message)
    })

  it('that never answers is 504, and is counted when it goes on', async () => {
    const { status } = await asks(serving.url, 'never')
    assert.ok(status === 504 || status === 408, String(status))
    await asks(serving.url, 'throw')
    while (!serving.records.some(({ event }) => event === 'pluginOverdue')) await new Promise(setImmediate)
  })

  for (const deed of ['gigabyte', 'mute'])
    it(`is cut off before it takes the memory or the thread of all: ${deed}`, async () => {
      const { status } = await asks(serving.url, deed)
      assert.ok(status >= 500, String(status))
      assert.equal((await asks(serving.url, 'throw')).status, 500)
    })

  for (const [deed, event, words] of [
    ['exit', 'exited', /process\.exit/],
    ['timer', 'crashed', /^thrown later/],
    ['rejection', 'crashed', /^rejected later/],
  ] as const)
    it(`that ends the process is named in the last record, and the exit code is 1: ${deed}`, async () => {
      await using one = await start()
      await asks(one.url, deed)
      const { code } = await one.stop()
      assert.equal(code, 1)
      const last = one.records.find(record => record.event === event)!
      assert.match(String(last.message), words)
      assert.equal(last.miner, 'hostile')
    })
})
