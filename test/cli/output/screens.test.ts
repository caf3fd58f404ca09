import assert from 'node:assert/strict'
import { printedColumns } from '#dist/text/fill.js'
import { runMiner, startMiner } from '../../support/miner-process.ts'
import { linkedPlugins, type PluginFolder } from '../../support/plugins.ts'
import { hasTerminal, onTerminal } from '../../support/terminal.ts'

const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'

/** Every kind of screen: help, tables, configuration, answers, errors of one and of several problems. */
const screens: readonly (readonly string[])[] = [
  ['--help'],
  ['serve', '--help'],
  ['query', '--help'],
  ['prompt', '--help'],
  ['models', '--help'],
  ['config'],
  ['create', 'miner', '--help'],
  ['plugins', '--help'],
  ['dialects'],
  ['miners'],
  ['autocomplete', 'zsh'],
  ['config', 'show', '--origin', '--allow', alice, alice],
  ['check', '--use', 'echo'],
  ['check', '--base-url', 'http://127.0.0.1:1'],
  ['doctor', '--dev', '--use', 'echo'],
  ['doctor', '--network', 'none'],
  ['models', '--use', 'echo'],
  ['models', '--base-url', 'http://127.0.0.1:1'],
  ['prompt', '--use', 'echo', '--verbose', 'hi'],
  ['prompt', 'hi'],
  ['prompt', '--modle', 'x', '--temperature', 'hot', '--top-p', '3', 'hi'],
  ['serve'],
  ['serve', '--dev', '--axon-port', '99999999', '--queue', 'x'],
  ['query', '--dev', '--url', 'http://127.0.0.1:1', 'hi'],
  ['query', '--dev', '--url', 'http://127.0.0.1:1', '--count', '3', 'hi'],
  ['query', '--dev', '--url', '127.0.0.1:1', 'hi'],
  ['config', 'show', '--config', '/nowhere/config.toml'],
  ['nope'],
]

/** A line that is to be copied whole: a command to run, or to add to a start-up file. */
const isCopied = (line: string) => /^( +try: miner | {2}(test -f|fpath=|if \(Test-Path))/.test(line)

/** The widest margin of a screen: names, and texts beside or below them. */
const MARGIN = 14

describe('screens', () => {
  let plugins: PluginFolder
  before(function () {
    if (!hasTerminal()) this.skip()
    plugins = linkedPlugins({
      'miner-wide': {
        'package.json': { oclif: { contract: 1, miners: { wide: './index.js' } } },
        'index.js': `export default ({ defineMiner, z }) => defineMiner({
          name: 'wide', summary: '東京の天気を調べてから質問に答えるマイナーです 東京の天気 東京の天気 <% and % >',
          settings: z.object({ word: z.string().optional().describe('what a <% template %> would break, and <%= this %>') }),
          create: () => ({ async *prompt() { return { model: 'wide', finishReason: 'stop' } } }) })`,
      },
    })
  })
  after(() => plugins?.[Symbol.dispose]())

  async function screen(args: readonly string[], columns: number): Promise<string> {
    await using run = onTerminal(args, { columns, env: { ...plugins.env, NO_COLOR: '1' } })
    const { stdout } = await run.ended
    return stdout.replaceAll('\r\n', '\n')
  }

  for (const columns of [40, 80, 120])
    it(`fit into ${columns} columns`, async () => {
      const waiting = [...screens]
      const next = async (): Promise<void> => {
        const args = waiting.pop()
        if (!args) return
        const lines = (await screen(args, columns)).split('\n')
        const tooLong = lines.filter(line => {
          if (printedColumns(line) <= columns || isCopied(line)) return false
          return Math.max(...line.split(' ').map(printedColumns)) <= columns - MARGIN
        })
        assert.ok(lines.length > 1)
        assert.deepEqual(tooLong, [], `miner ${args.join(' ')}`)
        await next()
      }
      await Promise.all([next(), next(), next()])
    })

  it('show the banner of serve within 40 columns, and its command whole', async () => {
    await using run = onTerminal(['serve', '--dev', '--use', 'echo', '--axon-port', '0'], { columns: 40 })
    await run.says('"hi"')
    const text = run.said.stdout.replaceAll('\r\n', '\n')
    assert.match(text, /^ {2}callers {3}the development keys \/\/Alice\n {12}to \/\/Ferdie$/m)
    assert.match(text, /^ {2}try it {4}miner query .* "hi"$/m)
    run.child.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
  })

  it('show a table where it fits, and a record for each row elsewhere', async () => {
    assert.match(await screen(['miners'], 120), /^NAME +SUMMARY +FROM\nopenai {2}asks OpenAI or any .* 0\.1\.0\n/)
    assert.match(
      await screen(['miners'], 40),
      /^openai\n {2}summary {2}asks OpenAI or any\n {11}OpenAI-compatible endpoint\n {2}from {5}bittensor-miner 0\.1\.0\n\necho\n/,
    )
    assert.match(await screen(['dialects'], 80), /^prompting\n {2}netuids {3}all others\n {2}synapses {2}Prompting, /)
  })

  it('put the settings of the host before the many of a miner', async () => {
    const headings = (await screen(['serve', '--help'], 80)).match(/^[A-Z ]+ FLAGS$/gm)
    assert.deepEqual(
      headings?.map(heading => heading.replace(' FLAGS', '')),
      [
        'GLOBAL',
        'SUBNET',
        'DIALECT',
        'WALLET',
        'AXON',
        'ADMIN',
        'POLICY',
        'REQUEST LOG',
        'NEURON',
        'SUBTENSOR',
        'BUDGET',
        'OPENAI MINER',
        'LOG',
        'PLUGINS',
        'LOG FILE',
        'LIMITS',
      ],
    )
  })

  it('show what a plugin says as it is, templates too', async () => {
    const help = await screen(['prompt', '--use', 'wide', '--help'], 120)
    assert.match(help, /--word=TEXT +what a <% template %> would break, and <%= this %> \(MINER_WIDE_WORD\)$/m)
  })

  it('read as the same configuration, however narrow', async () => {
    const args = ['config', 'show', '--origin', '--allow', alice]
    const shown = await screen(args, 40)
    assert.match(shown, new RegExp(`^# from --allow\nallow = \\[\n {2}"${alice}",\n\\]$`, 'm'))
    const piped = (await runMiner(args, { env: plugins.env })).stdout
    const { parse } = await import('smol-toml')
    assert.deepEqual(parse(shown), parse(piped))
  })

  it('leave what programs read as it is', async () => {
    for (const args of [
      ['dialects', '--json'],
      ['miners', '--json'],
      ['config', 'show', '--json'],
    ])
      assert.equal(await screen(args, 40), (await runMiner(args, { env: plugins.env })).stdout)
    const wide = (await runMiner(['dialects'], { env: { ...plugins.env, COLUMNS: '40' } })).stdout
    assert.match(wide, /^NAME +NETUIDS +SYNAPSES +FOLLOWS +FROM\n/)
    const long = 'word '.repeat(40).trim()
    assert.equal(await screen(['prompt', '--use', 'echo', long], 40), `${long}\n`)
    await using served = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    const [answer, id, ...more] = (await screen(['query', '--dev', '--url', served.url, long], 40)).split('\n')
    assert.deepEqual([answer, id?.slice(0, 11), more], [long, 'request id ', ['']])
  })
})
