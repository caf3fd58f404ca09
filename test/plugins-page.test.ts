import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { DialectPlugin } from '#dist/index.js'
import { ask, startAxon } from '#dist/testing/index.js'
import { runMiner, startMiner } from './support/miner-process.ts'
import { said, startModelServer } from './support/model-server.ts'
import { linkedPlugins } from './support/plugins.ts'

// What docs/plugins.md shows of a dialect, run.
const page = readFileSync('docs/plugins.md', 'utf8')
const [, source = ''] = /^( {4}import type \{ DialectPlugin \}.*?\n)(?=\S)/ms.exec(page) ?? []
const [, serve = ''] = /^ {4}\$ miner (serve .*)$/m.exec(page) ?? []
const [, query = '', output = ''] = /^ {4}\$ miner (query .*)\n((?: {4}[^$].*\n)+)/m.exec(page) ?? []
// What it shows of an extension of the openai miner.
const [, extension = ''] = /^## Extend .*?^( {4}import type \{ MinerPlugin \}.*?\n)(?=\S)/ms.exec(page) ?? []
const [, prompt = ''] = /^ {4}miner (prompt --use retriever .*)$/m.exec(page) ?? []
// What it shows of a field for integers beyond 2^53.
const [, integer = ''] = /^ {4}sent_at: (.*),$/m.exec(page) ?? []

// What it shows of a command.
const [, command = ''] = /^( {4}import \{ Command, Flags \}.*?\n)(?=\S)/ms.exec(page) ?? []

describe('docs/plugins.md', () => {
  it('shows a dialect, and what it does', async () => {
    using plugins = linkedPlugins({
      'dialect-page': {
        'package.json': { oclif: { contract: 1, dialects: { haiku: './index.ts' } } },
        'index.ts': source.replaceAll(/^ {4}/gm, ''),
      },
    })
    const { env } = plugins
    await using miner = await startMiner([...serve.split(' '), '--axon-port', '0'], { env })
    const { code, stdout, stderr } = await runMiner([...query.split(' '), '--url', miner.url], { env })
    assert.deepEqual({ code, stdout }, { code: 0, stdout: output.replaceAll(/^ {4}/gm, '') }, stderr)
  })

  it('shows an extension of the openai miner, and how it is used', async () => {
    await using model = await startModelServer(said('a c', 'oin'))
    await using index = await startModelServer((response, { path }) => void response.end(`TAO is a coin (${path}).`))
    using plugins = linkedPlugins({
      'miner-page': {
        'package.json': { oclif: { contract: 2, miners: { retriever: './index.ts' } } },
        'index.ts': extension.replaceAll(/^ {4}/gm, ''),
      },
    })
    const args = prompt
      .replace('https://index.example/', index.url)
      .replace(/ "(.*)"$/, '')
      .split(' ')
    const { code, stdout, stderr } = await runMiner([...args, '--base-url', model.url, 'What is TAO?'], plugins)
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'A COIN\n' }, stderr)
    const { messages, temperature } = model.requests[0]!.body
    assert.deepEqual(messages, [
      { role: 'system', content: 'TAO is a coin (/v1).' },
      { role: 'user', content: 'What is TAO?' },
    ])
    assert.equal(temperature, 0)
  })

  it('shows a command, how its errors look, and how it exits', async () => {
    using plugins = linkedPlugins({
      'miner-page': {
        'package.json': { oclif: { contract: 2, commands: './commands' } },
        'commands/index/build.js': command.replaceAll(/^ {4}/gm, '').replaceAll('override ', ''),
      },
    })
    const scope = join(plugins.root('miner-page'), 'node_modules/@oclif')
    mkdirSync(scope, { recursive: true })
    symlinkSync(resolve('node_modules/@oclif/core'), join(scope, 'core'))
    const ended = { code: 0, signal: null, stdout: '', stderr: '' }
    const miner = (...args: string[]) => runMiner(['index', 'build', ...args], plugins)
    assert.deepEqual(await miner('--url', 'http://x'), { ...ended, stdout: 'built from http://x\n' })
    const stderr = 'error: the URL is invalid\n  try: --url https://…\n'
    assert.deepEqual(await miner('--url', 'x'), { ...ended, code: 3, stderr })
    const { stdout, code } = await miner('--url', 'x', '--json')
    const error = { code: 'BAD_URL', message: 'the URL is invalid', hint: '--url https://…' }
    assert.deepEqual({ code, ...JSON.parse(stdout) }, { code: 3, error })
    assert.equal((await miner('--nope')).code, 2)
  })

  it('shows a field that takes integers beyond 2^53, exactly', async () => {
    const sentAt: z.ZodType<number | bigint> = new Function('z', `return ${integer}`)(z)
    const stamps: DialectPlugin = ({ defineDialect, defineRoute, z }) =>
      defineDialect({
        name: 'stamps',
        summary: 'answers with the next stamp',
        follows: 'owner/repository@0000000',
        synapses: {
          Stamp: defineRoute({
            body: z.object({ sent_at: sentAt }),
            hashed: ['sent_at'],
            example: { sent_at: 1, next: null },
            answer: async ({ body }) => ({ next: String(BigInt(body.sent_at) + 1n) }),
          }),
          Small: defineRoute({
            body: z.object({ sent_at: z.int() }),
            hashed: ['sent_at'],
            example: { sent_at: 1, next: null },
            answer: async () => ({ next: 'never' }),
          }),
        },
      })
    await using axon = await startAxon({ dialect: stamps, miner: { prompt: async function* () {} } as never })
    for (const [sent, next] of [
      [1_795_354_700_061_001_291n, '1795354700061001292'],
      [-9_007_199_254_740_993n, '-9007199254740992'],
      [41, '42'],
    ] as const) {
      const { status, fields, message } = await ask(axon, 'Stamp', { sent_at: sent })
      assert.deepEqual([status, fields.next], [200, next], message ?? '')
    }
    const { status } = await ask(axon, 'Small', { sent_at: 1_795_354_700_061_001_291n })
    assert.equal(status, 400)
  })

  it('names every key of .meta()', () => {
    const rows = [...page.matchAll(/^\| (`.*?) \|/gm)].map(([, keys = '']) => keys)
    for (const key of ['secret', 'unit', 'env', 'spellings', 'flag', 'id', 'title', 'deprecated', 'examples'])
      assert.ok(
        rows.some(row => new RegExp(`\`${key}\\b`).test(row)),
        key,
      )
  })
})
