import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { linkedPlugins, type PluginFolder } from '../support/plugins.ts'

const definition = (name: string, more: string) => `export default ({ defineMiner, z }) => defineMiner({
  name: '${name}', summary: 'is being written', settings: z.object({}),
  ${more}
})
`
const plain = 'create: () => ({ async *prompt() { yield "hi"; return { model: "m", finishReason: "stop" } } }),'

/** What the author of a plugin sees of its faults. */
describe('the author of a plugin', () => {
  let plugins: PluginFolder
  before(() => {
    plugins = linkedPlugins({
      'miner-author': {
        'package.json': {
          oclif: {
            contract: 2,
            miners: Object.fromEntries(
              ['plain', 'answers', 'creates', 'loads', 'reads', 'empty', 'nothing'].map(name => [name, `./${name}.js`]),
            ),
          },
        },
        'plain.js': definition('plain', plain),
        'answers.js': definition(
          'answers',
          'create: () => ({\n    async *prompt() { throw new Error("boom") },\n  }),',
        ),
        'creates.js': definition('creates', 'create() {\n    throw new Error("boom")\n  },'),
        'loads.js': 'export default () => {\n  throw new Error("boom")\n}\n',
        'reads.js': "import './other.js'\nexport default () => {}\n",
        'other.js': '\n\nconst y z = 1\n',
        'empty.js': definition('empty', plain.replace('yield "hi";', '')),
        'nothing.js': 'export default () => {}\n',
      },
      'miner-next': {
        'package.json': { oclif: { contract: 99, miners: { next: './index.js' } } },
        'index.js': '',
      },
    })
  })
  after(() => plugins[Symbol.dispose]())

  const miner = (...args: string[]) => runMiner(args, { env: plugins.env })

  for (const [name, line, ...command] of [
    ['answers', 4, 'prompt', 'hi'],
    ['creates', 4, 'prompt', 'hi'],
    ['creates', 4, 'serve', '--dev', '--axon-port', '0'],
    ['loads', 2, 'prompt', 'hi'],
  ] as const)
    it(`sees the stack of the plugin at --log-level debug: ${command[0]} with a miner that fails as it ${name}`, async () => {
      const { code, stderr } = await miner(...command, '--use', name, '--log-level', 'debug')
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`^caused by Error: boom\\n {4}at .*/${name}\\.js:${line}:\\d+`, 'm'))
      assert.doesNotMatch((await miner(...command, '--use', name)).stderr, /^caused by/m)
    })

  it('sees it however the level is given, and not for a mistake in the command line', async () => {
    const failing = ['prompt', 'hi', '--use', 'loads']
    const withFile = async (name: string, text: string) => {
      const file = join(plugins.folder, name)
      await writeFile(file, text, { mode: 0o600 })
      return { args: ['--config', file], env: {} }
    }
    const ways: readonly { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> }[] = [
      { args: ['--log.level=debug'], env: {} },
      { args: ['--logging.debug'], env: {} },
      { args: [], env: { MINER_LOG_LEVEL: 'trace' } },
      { args: [], env: { BT_LOGGING_DEBUG: '1' } },
      await withFile('debug.toml', 'log = { level = "debug" }\n'),
      await withFile('debug.yaml', 'logging.trace: true\n'),
    ]
    for (const { args, env } of ways) {
      const { code, stderr } = await runMiner([...failing, ...args], { env: { ...plugins.env, ...env } })
      assert.equal(code, 1)
      assert.match(stderr, /^caused by Error: boom\n {4}at /m, `${args} ${JSON.stringify(env)}`)
    }
    const { code, stderr } = await miner('serve', '--netuid', 'abc', '--log-level', 'debug')
    assert.equal(code, 2)
    assert.doesNotMatch(stderr, /^ {4}at /m)
  })

  it('sees the place of a syntax error, also in a module that the plugin imports', async () => {
    const { code, stderr } = await miner('prompt', '--use', 'reads', 'hi')
    assert.equal(code, 1)
    assert.match(stderr, /cannot be loaded: Missing initializer in const declaration \(\/\S*\/other\.js:3\)\n/)
  })

  for (const args of [
    ['prompt', '--use', 'loads', '--help'],
    ['prompt', '--use', 'nosuch', '-h'],
    ['serve', '--use', 'next', '--help'],
  ])
    it(`is told why help shows other flags: miner ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await miner(...args)
      assert.equal(code, 0)
      assert.match(stdout, /--model=/)
      assert.match(stderr, /^warning: the flags of the default miner are shown, because (the miner|there is no miner) /)
      assert.match(stderr, /\n {2}try: /)
    })

  it('gets no such warning where the help has no flags of a miner', async () => {
    assert.equal((await runMiner(['plugins', '--help'], { env: { ...plugins.env, MINER_USE: 'nosuch' } })).stderr, '')
  })

  it('hears of an unusable plugin where it is chosen, and not from other commands', async () => {
    const other = await miner('prompt', '--use', 'plain', 'hi')
    assert.deepEqual([other.code, other.stdout, other.stderr], [0, 'hi\n', ''])
    const { code, stderr } = await miner('prompt', '--use', 'next', 'hi')
    assert.equal(code, 2)
    assert.match(stderr, /^error: the miner next of miner-next@1\.0\.0 is written for version 99 /)
  })

  it('hears of it once from serve', async () => {
    await using serving = await startMiner(['serve', '--dev', '--use', 'plain', '--axon-port', '0'], {
      env: plugins.env,
    })
    await serving.stop()
    const warnings = serving.records.filter(({ event }) => event === 'pluginUnusable')
    assert.equal(warnings.length, 1)
    assert.match(String(warnings[0]?.message), /^the miner next of miner-next@1\.0\.0 is written for version 99 /)
  })

  it('may put a list before the question', async () => {
    const { code, stdout } = await miner('prompt', '--use', 'plain', '--allow-plugins', 'miner-author', 'hi')
    assert.deepEqual([code, stdout], [0, 'hi\n'])
  })

  for (const words of [['plugins:uninstal'], ['plugins', 'uninstal']])
    it(`is told of a misspelled subcommand: ${words.join(' ')}`, async () => {
      const { code, stderr } = await miner(...words)
      assert.deepEqual(
        [code, stderr],
        [127, 'error: there is no such command in `miner plugins`\n  try: miner plugins uninstall\n'],
      )
    })

  it('sees flags without a letter one below the other in help', async () => {
    const { stdout } = await miner('prompt', '--help')
    assert.match(stdout, /^FLAGS\n {6}--roles=/m)
  })

  it('is told in plain words what a definition or an answer lacks', async () => {
    const nothing = await miner('prompt', '--use', 'nothing', 'hi')
    assert.match(nothing.stderr, /is not a valid miner: must be of type object, not undefined\n/)
    const empty = await miner('prompt', '--use', 'empty', 'hi')
    assert.match(empty.stderr, /^error: the miner returned an empty answer\n {2}try: yield text, or throw a NoAnswer\n/)
  })

  it('is told that a bare number counts seconds', async () => {
    const { code, stderr } = await miner('prompt', '--idle-timeout', '12000', 'hi')
    assert.equal(code, 2)
    assert.match(stderr, /not 200m .*\n {2}try: a number counts seconds: write 12000ms for milliseconds\n/)
  })
})
