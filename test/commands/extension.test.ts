import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { answered, type ModelServer, said, startModelServer } from '../support/model-server.ts'
import { linkedPlugins, type PluginFolder, retriever, shout } from '../support/plugins.ts'
import { send, signedRequest } from '../support/signed-request.ts'

const trace = fileURLToPath(new URL('../support/trace-imports.ts', import.meta.url))

describe('a plugin that extends the openai miner', () => {
  let plugins: PluginFolder
  let model: ModelServer
  let index: ModelServer
  let env: Record<string, string>

  before(async () => {
    model = await startModelServer()
    index = await startModelServer()
    const config = `
[openai]
maxTokens = 7

[[openai.endpoints]]
name = "main"

[retriever]
index = "${index.url}"
index_key = "index-secret"
[[retriever.endpoints]]
name = "local"
baseUrl = "${model.url}"
apiKeys = ["endpoint-secret"]
`
    plugins = linkedPlugins({ 'miner-retriever': retriever, 'miner-shout': shout }, config)
    env = { ...plugins.env, OPENAI_API_KEY: 'plain-secret' }
  })

  beforeEach(() => {
    model.behaviour = said('Hello')
    index.behaviour = answered(200, { text: 'TAO is a coin.' })
  })

  after(async () => {
    plugins[Symbol.dispose]()
    await model[Symbol.asyncDispose]()
    await index[Symbol.asyncDispose]()
  })

  it('is listed beside the miner that it extends', async () => {
    const { stdout, stderr } = await runMiner(['miners', '--json'], { env })
    const listed = JSON.parse(stdout).miners.map(({ name, summary }: Record<string, string>) => [name, summary])
    assert.deepEqual(
      listed.filter(([name]: [string]) => name !== 'echo'),
      [
        ['openai', 'asks OpenAI or any OpenAI-compatible endpoint'],
        ['retriever', 'looks passages up first'],
        ['shout', 'answers in capital letters'],
      ],
      stderr,
    )
  })

  it('shows its settings, with its defaults and without its secrets', async () => {
    const shown = await runMiner(['config', 'show', '--use', 'retriever'], { env })
    assert.equal(shown.code, 0, shown.stderr)
    assert.match(shown.stdout, /^\[retriever\]$/m)
    assert.match(shown.stdout, /^temperature = 0$/m)
    assert.match(shown.stdout, /^maxTokens = 100$/m)
    assert.match(shown.stdout, /^indexKey = "\*\*\*"/m)
    assert.match(shown.stdout, /^apiKey = "\*\*\*"$/m, 'from OPENAI_API_KEY')
    assert.doesNotMatch(shown.stdout, /secret"|\[openai/)
    const other = await runMiner(['config', 'show'], { env })
    assert.match(other.stdout, /^\[openai\]$/m)
    assert.match(other.stdout, /^maxTokens = 7\b/m)
    assert.doesNotMatch(other.stdout, /\[retriever/)
  })

  it('takes its settings by flag and variable', async () => {
    const shown = async (args: string[], more: Record<string, string> = {}) => {
      const command = ['config', 'show', '--use', 'retriever', '--json', ...args]
      const { stdout, stderr } = await runMiner(command, { env: { ...env, ...more } })
      const { retriever } = JSON.parse(stdout).values
      assert.ok(retriever, stderr)
      return retriever
    }
    assert.equal((await shown([])).temperature, 0)
    for (const flag of ['--max-tokens', '--retriever-max-tokens', '--retriever.max_tokens'])
      assert.equal((await shown([flag, '5'])).maxTokens, 5, flag)
    for (const flag of ['--index', '--retriever-index'])
      assert.equal((await shown([flag, 'http://127.0.0.1/'])).index, 'http://127.0.0.1/', flag)
    const variables = { MINER_RETRIEVER_MAX_TOKENS: '6', MINER_OPENAI_MAX_TOKENS: '8' }
    assert.equal((await shown([], variables)).maxTokens, 6)
  })

  it('answers miner prompt with what it looked up', async () => {
    const { code, stdout, stderr } = await runMiner(['prompt', '--use', 'retriever', 'What is TAO?'], { env })
    assert.deepEqual([code, stdout], [0, 'Hello\n'], stderr)
    const { body, headers } = model.requests.at(-1)!
    assert.deepEqual(body.messages, [
      { role: 'system', content: 'TAO is a coin.' },
      { role: 'user', content: 'What is TAO?' },
    ])
    assert.equal(body.temperature, 0)
    assert.equal(headers.authorization, 'Bearer endpoint-secret')
  })

  it('names its own table in errors of the model and of the configuration', async () => {
    model.behaviour = answered(401)
    const refused = await runMiner(['prompt', '--use', 'retriever', 'hi'], { env })
    assert.match(refused.stderr, /try: check retriever\.endpoints\[0\]\.apiKeys, /)
    const broken = await runMiner(['config', 'show', '--use', 'retriever', '--hedge', '800ms'], { env })
    assert.match(broken.stderr, /retriever\.hedge needs a second endpoint or key/)
    assert.match(broken.stderr, /try: add a second endpoint or key to retriever\.endpoints, or remove hedge/)
    const missing = await runMiner(['check', '--use', 'retriever'], { env: { ...env, MINER_CONFIG_DIR: '/nowhere' } })
    assert.match(missing.stderr, /retriever\.index is missing/)
  })

  it('is blamed for what its own code throws', async () => {
    index.behaviour = answered(200, 'no JSON')
    const { code, stderr } = await runMiner(['prompt', '--use', 'retriever', 'hi'], { env })
    assert.equal(code, 1)
    assert.match(stderr, /error: the miner retriever of miner-retriever@1\.0\.0 failed: Unexpected token/)
    assert.match(stderr, /try: fix it in /)
  })

  it('serves validators, and survives a failing index', async () => {
    const args = ['serve', '--use', 'retriever', '--dev', '--axon-port', '0']
    await using miner = await startMiner(args, { env })
    const good = await send(miner.url, signedRequest())
    assert.deepEqual([good.status, good.json.completion], [200, 'Hello'])
    const { messages } = model.requests.at(-1)!.body as { messages: { content: string }[] }
    assert.equal(messages[0]!.content, 'TAO is a coin.')

    index.behaviour = answered(404)
    const empty = await send(miner.url, signedRequest())
    assert.equal(empty.status, 502)
    index.behaviour = answered(200, 'no JSON')
    const broken = await send(miner.url, signedRequest())
    assert.equal(broken.status, 500)
    index.behaviour = answered(200, { text: 'TAO is a coin.' })
    assert.equal((await send(miner.url, signedRequest())).status, 200)

    await miner.stop()
    const failed = miner.records.filter(({ event }) => event === 'failed')
    assert.deepEqual(
      failed.map(({ status, plugin }) => [status, plugin]),
      [
        [502, 'retriever'],
        [500, 'retriever'],
      ],
      JSON.stringify(failed),
    )
    const serving = miner.records.find(({ event }) => event === 'serving')
    assert.deepEqual([serving?.use, serving?.model], ['retriever', 'gpt-3.5-turbo at local'])
    assert.doesNotMatch(JSON.stringify(miner.records), /-secret/)
  })

  it('leaves a plugin of contract 1 as it was', async () => {
    const { code, stdout, stderr } = await runMiner(['prompt', '--use', 'shout', 'hello'], { env })
    assert.deepEqual([code, stdout, stderr], [0, 'HELLO!\n', ''])
    assert.deepEqual(shout['package.json'], { oclif: { contract: 1, miners: { shout: './index.js' } } })
  })

  describe('loads', () => {
    const loaded = async (args: readonly string[]): Promise<string> => {
      const folder = mkdtempSync(join(tmpdir(), 'miner-extension-'))
      const file = join(folder, 'trace')
      await runMiner(args, { env: { ...env, NODE_OPTIONS: `--import=${trace}`, TRACE: file } })
      const urls = readFileSync(file, 'utf8')
      rmSync(folder, { recursive: true, force: true })
      return urls
    }
    const plugin = '/dist/miners/openai/plugin.js'
    const client = '/node_modules/openai/'

    it('the openai package only to ask a model', async () => {
      for (const args of [['miners'], ['config', 'show', '--use', 'retriever'], ['serve', '--help']]) {
        const urls = await loaded(args)
        assert.equal(urls.includes(client), false, args.join(' '))
      }
      const asking = await loaded(['prompt', '--use', 'retriever', 'hi'])
      assert.ok(asking.includes(plugin) && asking.includes(client))
    })

    it('nothing of the openai miner for a plugin that does not extend it', async () => {
      const urls = await loaded(['prompt', '--use', 'shout', 'hi'])
      assert.ok(urls.includes('/miner-shout/index.js'))
      assert.deepEqual([urls.includes(plugin), urls.includes(client)], [false, false])
    })
  })
})
