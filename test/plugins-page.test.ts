import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { runMiner, startMiner } from './support/miner-process.ts'
import { linkedPlugins } from './support/plugins.ts'

// What docs/plugins.md shows of a dialect, run.
const page = readFileSync('docs/plugins.md', 'utf8')
const [, source = ''] = /^( {4}import type \{ DialectPlugin \}.*?\n)(?=\S)/ms.exec(page) ?? []
const [, serve = ''] = /^ {4}\$ miner (serve .*)$/m.exec(page) ?? []
const [, query = '', output = ''] = /^ {4}\$ miner (query .*)\n((?: {4}[^$].*\n)+)/m.exec(page) ?? []

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
})
