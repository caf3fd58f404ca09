import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ConfigFolder } from '../../support/config-folder.ts'
import { runMiner } from '../../support/miner-process.ts'

const { commands } = JSON.parse(readFileSync(new URL('../../../oclif.manifest.json', import.meta.url), 'utf8'))

describe('help of built-in settings, whose flags the build derived', () => {
  // With a file, the flags are described anew from what is known of the settings.
  const helps = Object.keys(commands).map(id => [...id.split(':'), '--help'])
  const ofEcho = ['prompt', 'serve', 'config show'].map(id => [...id.split(' '), '--help', '--use', 'echo'])
  for (const args of [...helps, ...ofEcho, ['help', 'serve'], ['prompt', '--help', '--use=echo']])
    it(`is what it would be without: miner ${args.join(' ')}`, async () => {
      using empty = new ConfigFolder('')
      const built = await runMiner(args)
      const derived = await runMiner([...args, ...(args[0] === 'help' ? [] : ['--config', empty.file])], {
        env: empty.env,
      })
      assert.deepEqual(built, derived)
      assert.match(built.stdout, /USAGE/)
    })

  it('is that of the miner that a variable, a file or an old name chooses', async () => {
    using file = new ConfigFolder('use = "echo"')
    const echo = await runMiner(['prompt', '--help', '--use', 'echo'])
    assert.match(echo.stdout, /--prefix/)
    assert.equal((await runMiner(['prompt', '--help'], { env: { MINER_USE: 'echo' } })).stdout, echo.stdout)
    assert.equal((await runMiner(['prompt', '--help'], { env: file.env })).stdout, echo.stdout)
    assert.equal((await runMiner(['help', 'prompt'], { env: file.env })).stdout, echo.stdout)
    assert.equal((await runMiner(['prompt', '--help', '--config', file.file])).stdout, echo.stdout)
  })

  for (const name of ['nope', 'constructor', '__proto__'])
    it(`is that of the default miner, with a warning, when the chosen one is unknown: ${name}`, async () => {
      const { stdout, stderr } = await runMiner(['prompt', '--help', '--use', name])
      assert.equal(stdout, (await runMiner(['prompt', '--help'])).stdout)
      assert.ok(
        stderr.includes(`the flags of the default miner are shown, because there is no miner "${name}"`),
        stderr,
      )
    })
})
