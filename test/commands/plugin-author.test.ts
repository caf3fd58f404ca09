import assert from 'node:assert/strict'
import { runMiner } from '../support/miner-process.ts'
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
              ['answers', 'creates', 'loads', 'reads', 'empty', 'nothing'].map(name => [name, `./${name}.js`]),
            ),
          },
        },
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

  it('sees the place of a syntax error, also in a module that the plugin imports', async () => {
    const { code, stderr } = await miner('prompt', '--use', 'reads', 'hi')
    assert.equal(code, 1)
    assert.match(stderr, /cannot be loaded: Missing initializer in const declaration \(\/\S*\/other\.js:3\)\n/)
  })
})
