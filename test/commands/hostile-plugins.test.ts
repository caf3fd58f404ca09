import assert from 'node:assert/strict'
import { type MinerProcess, runMiner, spawnMiner, startMiner } from '../support/miner-process.ts'
import { linkedPlugins, type PluginFolder } from '../support/plugins.ts'

/** Does as the question says. */
const hostile = `
let context
const deeds = {
  throw() { throw new Error('a secret of the plugin') },
  async *late() { yield 'the first'; throw new Error('a secret of the plugin') },
  async *quiet() { context.log.level = 'silent'; throw new Error('a secret of the plugin') },
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
  create: given => (context = given, { prompt({ messages }) { return deeds[messages.at(-1).content]() } }),
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
    const { stdout } = await runMiner(['query', deed, '--dev', '--url', url, '--timeout', '4s', '--json', ...more])
    return JSON.parse(stdout)
  }

  /** Of the axon, which gives up first, or of the one who asked, when a busy machine holds that up. */
  const isLate = (status: number) => status === 504 || status === 408

  for (const [deed, expected] of Object.entries({
    throw: 500,
    late: 500,
    quiet: 500,
    five: 502,
    nothing: 502,
    numbers: 502,
    noOutcome: 502,
  }))
    it(`is named in the log, and masked to the caller: ${deed}`, async () => {
      const failed = serving.next('failed')
      const { status, message, completion } = await asks(serving.url, deed)
      assert.deepEqual({ status, completion }, { status: expected, completion: null })
      assert.doesNotMatch(message, /secret|plugin|hostile/)
      const record = await failed
      assert.deepEqual([record.plugin, record.status], ['hostile', expected])
      if (expected === 500) assert.ok(message.includes(String(record.id)), message)
    })

  it('that never answers is 504, and is counted when it goes on', async () => {
    const overdue = serving.next('pluginOverdue')
    const { status } = await asks(serving.url, 'never')
    assert.ok(isLate(status), String(status))
    await asks(serving.url, 'throw')
    await overdue
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

  it('that does not heed what it began is named in the log, and the axon lives', async () => {
    const unheeded = serving.next('unheeded')
    const { status } = await asks(serving.url, 'rejection')
    assert.ok(isLate(status), String(status))
    const { message, miner } = await unheeded
    assert.match(String(message), /^rejected later: a plugin must catch/)
    assert.equal(miner, 'hostile')
    assert.equal((await asks(serving.url, 'throw')).status, 500)
  })

  for (const [deed, code, message] of [
    ['throw', 'PLUGIN_BROKEN', 'the miner hostile of miner-hostile@1.0.0 failed: a secret of the plugin'],
    ['numbers', 'PLUGIN_BROKEN', /^the miner hostile of miner-hostile@1\.0\.0 failed: the miner yielded number/],
    ['exit', 'ENDED_EARLY', 'the program exited before the command was done'],
    ['timer', 'UNCAUGHT', 'uncaught error: thrown later'],
    ['rejection', 'UNCAUGHT', 'uncaught error: rejected later'],
  ] as const)
    it(`is named by prompt, in words or as JSON: ${deed}`, async () => {
      const asked = ['prompt', '--use', 'hostile', deed]
      const told = await spawnMiner([...asked, '--json'], { env: plugins.env })
      assert.equal(told.code, 1)
      assert.equal(told.stderr, '')
      const { error } = JSON.parse(told.stdout)
      assert.equal(error.code, code)
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      assert.match(error.hint, /miner-hostile/)
      const inWords = await spawnMiner(asked, { env: plugins.env })
      assert.equal(inWords.code, 1)
      assert.match(inWords.stderr, /^error: .*\n {2}try: .*miner-hostile.*\n$/s)
      if (code === 'ENDED_EARLY') return
      const traced = await spawnMiner([...asked, '--log-level', 'debug'], { env: plugins.env })
      if (deed !== 'numbers') assert.match(traced.stderr, /\n {4}at .*miner-hostile\/index\.js:/)
    })

  it('is named when its exit ends a process that has run a command before', async () => {
    assert.equal((await runMiner(['miners'], { env: plugins.env })).code, 0)
    const { code, stderr } = await runMiner(['prompt', '--use', 'hostile', 'exit'], { env: plugins.env })
    assert.equal(code, 1)
    assert.match(stderr, /^error: the program exited before the command was done\n/)
  })
})

describe('a plugin that is loaded', () => {
  for (const [does, code, message] of [
    ['process.exit(3)', 'ENDED_EARLY', /exited before the command was done$/],
    ['await new Promise(resolve => setTimeout(resolve, 1e9))', 'PLUGIN_BROKEN', /took longer than 10 s$/],
  ] as const)
    it(`and does \`${does}\` is named, and the program ends`, async () => {
      using plugins = linkedPlugins({
        'miner-bad': { 'package.json': { oclif: { contract: 1, miners: { bad: './index.js' } } }, 'index.js': does },
      })
      const { code: exit, stdout } = await spawnMiner(['prompt', '--use', 'bad', 'hi', '--json'], { env: plugins.env })
      assert.equal(exit, 1)
      const { error } = JSON.parse(stdout)
      assert.equal(error.code, code)
      assert.match(error.message, message)
      assert.match(error.hint, /miner-bad/)
    })
})
