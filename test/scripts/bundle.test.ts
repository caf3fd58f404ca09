import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeBuiltInFlags } from '#dist/cli/flags/describe-help-flags.js'
import { runMiner } from '../support/miner-process.ts'
import { linkedPlugins } from '../support/plugins.ts'

const program = new URL('../../dist/program/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, program), 'utf8')

describe('the bundle of the program', () => {
  it('has files that V8 keeps with one byte for each character', () => {
    const files = globSync('**/*.js', { cwd: fileURLToPath(program) })
    assert.ok(files.length > 50)
    assert.deepEqual(
      files.filter(path => /[^\0-\xff]/.test(read(path))),
      [],
    )
  })

  it('has the licence of each package that is in it, and of none that only development installs', () => {
    const text = read('LICENSES.txt')
    const names = [...text.matchAll(/^(\S+) \d\S* \([^)]+\)$/gm)].map(([, name]) => name)
    for (const name of ['@oclif/core', 'fastify', 'openai', 'pino', 'tsyringe', 'zod'])
      assert.ok(names.includes(name), name)
    for (const name of ['mocha', 'oclif', 'rolldown', 'typescript']) assert.ok(!names.includes(name), name)
    assert.ok(/\nopenai [\d.]+ \(Apache-2\.0\)\n\n\s*Apache License/.test(text))
  })

  it('has the flags for help that the modules of tsc derive', async () => {
    const { knownFlags } = await import(new URL('chunks/known-flags.js', program).href)
    assert.deepEqual(knownFlags, JSON.parse(JSON.stringify(await describeBuiltInFlags())))
  })

  it('gives plugins all of zod, with its messages in other languages', async () => {
    const plugin = `
      export default ({ defineMiner, z }) => defineMiner({
        name: 'polyglot',
        summary: 'says in French what is wrong',
        settings: z.object({}),
        create: () => ({
          async *prompt() {
            yield z.locales.fr().localeError({ code: 'invalid_type', expected: 'string', input: 1 })
            return { model: 'none', finishReason: 'stop' }
          },
        }),
      })`
    const oclif = { contract: 2, miners: { polyglot: './index.js' } }
    using plugins = linkedPlugins({ 'miner-polyglot': { 'package.json': { oclif }, 'index.js': plugin } })
    const { stdout, stderr } = await runMiner(['prompt', '--use', 'polyglot', 'hi'], { env: plugins.env })
    assert.deepEqual(
      { stdout, stderr },
      { stdout: 'Entrée invalide : chaîne de caractères attendu, nombre reçu\n', stderr: '' },
    )
  })
})
