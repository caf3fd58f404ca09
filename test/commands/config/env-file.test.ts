import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigFolder } from '../../support/config-folder.ts'

const secret = 'sk-Marker0123456789'

describe('--env-file', () => {
  it('is read by config show and config get, and its place is shown', async () => {
    using at = new ConfigFolder('[wallet]\npassword = "env:THE_PASSWORD"\n')
    const path = fileOf(at, `OPENAI_API_KEY=${secret}\nMINER_AXON_PORT=9001\nTHE_PASSWORD=${secret}\n`)
    const { code, stdout, stderr } = await at.config(['show', '--origin', '--env-file', path])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    assert.match(stdout, /^port = 9001 {2}# from @\/my.env: MINER_AXON_PORT$/m)
    assert.match(stdout, /^apiKey = "\*\*\*" {2}# from @\/my.env: OPENAI_API_KEY$/m)
    assert.match(stdout, /^password = "env:THE_PASSWORD" {2}# from @\/config.toml/m)
    assert.doesNotMatch(stdout, /Marker/)
    assert.equal((await at.config(['get', 'axon.port', '--env-file', path])).stdout, '9001\n')
    const { origins } = JSON.parse((await at.config(['show', '--json', '--env-file', path])).stdout)
    assert.deepEqual(origins['axon.port'], { from: 'envFile', file: '@/my.env', variable: 'MINER_AXON_PORT' })
  })

  it('warns of a file that others can read, and refuses one that they can write', async function () {
    if (process.platform === 'win32') this.skip()
    using at = new ConfigFolder('')
    const path = fileOf(at, `OPENAI_API_KEY=${secret}\n`)
    chmodSync(path, 0o644)
    const read = await at.config(['show', '--env-file', path])
    assert.equal(read.code, 0)
    assert.match(read.stderr, /can be read by others on this machine \(mode 644\)/)
    chmodSync(path, 0o646)
    const { code, stdout, stderr } = await at.config(['show', '--env-file', path])
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.equal(
      stderr,
      'error: the file of --env-file may be written by others on this machine (mode 646) (@/my.env)\n  try: chmod 600 @/my.env, or name another file\n',
    )
  })

  it('is not guessed: a .env beside the configuration is mentioned once, and not read', async () => {
    using at = new ConfigFolder('')
    writeFileSync(join(at.folder, '.env'), 'MINER_AXON_PORT=9001\n', { mode: 0o600 })
    const { code, stdout, stderr } = await at.config(['show'])
    assert.equal(code, 0)
    assert.match(stdout, /^port = 8091$/m)
    assert.equal(stderr.split('@/.env is not read, because --env-file does not name it').length, 2)
    const named = await at.config(['show', '--env-file', join(at.folder, '.env')])
    assert.match(named.stdout, /^port = 9001$/m)
    assert.equal(named.stderr, '')
  })
})

describe('--strict', () => {
  it('is accepted, as the Python SDK has it, and changes nothing', async () => {
    using at = new ConfigFolder('')
    assert.deepEqual(await at.config(['show', '--strict']), await at.config(['show']))
    assert.doesNotMatch((await at.config(['show', '--help'])).stdout, /--strict/)
  })
})

function fileOf(at: ConfigFolder, text: string): string {
  const path = join(at.folder, 'my.env')
  writeFileSync(path, text, { mode: 0o600 })
  return path
}
