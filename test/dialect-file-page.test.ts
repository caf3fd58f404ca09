import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMiner, startMiner } from './support/miner-process.ts'

// What docs/dialect-file.md shows, run.
const page = readFileSync('docs/dialect-file.md', 'utf8')
const files = new Map(
  [...page.matchAll(/```toml\n(name = "(\w+)"\n[^`]*)```/g)].map(([, toml = '', name = '']) => [`${name}.toml`, toml]),
)
const shown = [...page.matchAll(/^ {4}\$ miner (query .*--dialect-file (\S+) .*)\n((?: {4}[^$].*\n)+)/gm)]

describe('docs/dialect-file.md', () => {
  it('shows files and what comes of them', () => assert.deepEqual([files.size, shown.length], [2, 2]))

  for (const [, command = '', file = '', output = ''] of shown)
    it(`shows what ${file} does`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'dialect-page-'))
      try {
        const path = join(folder, file)
        writeFileSync(path, files.get(file)!)
        await using miner = await startMiner([
          'serve',
          '--dev',
          '--use',
          'echo',
          '--axon-port',
          '0',
          '--dialect-file',
          path,
        ])
        const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
          ([, one, two, bare]) => one ?? two ?? bare!,
        )
        const args = words.map(word => (word === file ? path : word))
        const { code, stdout, stderr } = await runMiner([...args, '--url', miner.url])
        assert.deepEqual({ code, stdout }, { code: 0, stdout: output.replaceAll(/^ {4}/gm, '') }, stderr)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })

  it('has every key of a synapse in its table', async () => {
    const { synapseKeys } = await import('#dist/dialect-file/synapse-keys.js')
    for (const key of Object.keys(synapseKeys.shape)) assert.ok(page.includes(`| \`${key}\` |`), key)
  })
})
