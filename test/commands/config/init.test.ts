import assert from 'node:assert/strict'
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'smol-toml'
import { ConfigFolder } from '../../support/config-folder.ts'

const key = 'sk-Marker0123456789'
const other = 'sk-Marker9876543210'

/** An old file with secrets in every place where there can be one. */
const old = `use = "openai"
dialectFile = "my.toml"
[openai]
api_key = "${key}"
max_tokens = 50
endpoints = [{ name = "a", apiKey = "${other}" }, { name = "b", apiKey = "env:KEY_B" }]
[wallet]
password = "file:pw"
[axon]
maxTimeout = 90
[subtensor]
endpoints = ["wss://user:${key}@node.example"]
[echo]
`

describe('miner config init', () => {
  it('writes every setting as a comment, so that nothing changes', async () => {
    using at = new ConfigFolder()
    const before = await at.config(['show'])
    assert.deepEqual(await at.config(['init']), { code: 0, signal: null, stdout: '@/config.toml\n', stderr: '' })
    assert.equal(at.mode, 0o600)
    assert.deepEqual(await at.config(['show']), before)
    const { values } = JSON.parse((await at.config(['show', '--json'])).stdout)
    for (const path of Object.keys(values.openai)) assert.match(at.text, new RegExp(`^# ${path} = `, 'm'))
    const comments = at.text.split('\n').filter(line => !/^# [a-zA-Z]+ = /.test(line))
    assert.ok(comments.every(line => line.length <= 100))
  })

  it('shows values that can be used: each line can be uncommented', async () => {
    using at = new ConfigFolder()
    await at.config(['init', '--use', 'openai'])
    const lines = at.text.split('\n')
    const shown = lines.filter(line => /^# [a-zA-Z]+ = /.test(line))
    assert.ok(shown.length > 60)
    // Placeholders, and two that exclude another setting.
    const special = /"…"|^# (suffix|dialect|dialectFile|allowUnregistered) =/
    writeFileSync(
      at.file,
      lines.map(line => (shown.includes(line) && !special.test(line) ? line.slice(2) : line)).join('\n'),
    )
    const { code, stderr } = await at.config(['show'])
    assert.equal(code, 0, stderr)
  })

  it('leaves a file that exists, also behind a symbolic link, unless it is forced', async () => {
    using at = new ConfigFolder('# mine\n', 0o644)
    const { code, stderr } = await at.config(['init'])
    assert.equal(code, 2)
    assert.equal(
      stderr,
      'error: @/config.toml exists, and is left as it is\n  try: add --force to replace it, or change it: miner config edit\n',
    )
    assert.equal(at.text, '# mine\n')
    const link = join(at.folder, 'link.toml')
    symlinkSync('nowhere.toml', link)
    assert.equal((await at.config(['init', '--config', link])).code, 2)
    assert.deepEqual(at.names, ['config.toml', 'link.toml'])
    assert.equal((await at.config(['init', '--force'])).code, 0)
    assert.match(at.text, /# model = "gpt-3.5-turbo"/)
    assert.equal(at.mode, 0o600)
  })

  it('names the files of secrets that the replaced file referred to', async () => {
    using at = new ConfigFolder('[wallet]\npassword = "file:mine"\n[openai]\napiKey = "file:key"\n', 0o600)
    for (const name of ['mine', 'key']) writeFileSync(join(at.folder, name), 'sk-0123456789\n', { mode: 0o600 })
    const kept = await at.config(['init', '--force', '--from', at.file])
    assert.equal(kept.code, 0, kept.stderr)
    assert.doesNotMatch(kept.stderr, /no longer refers/)
    const { code, stderr } = await at.config(['init', '--force'])
    assert.equal(code, 0, stderr)
    for (const name of ['mine', 'key'])
      assert.ok(stderr.includes(`@/config.toml no longer refers to @/${name}\n  try: remove that file`), stderr)
    assert.equal((await at.config(['init', '--force'])).stderr, '')
  })

  it('takes an old file over, and writes its secrets to files of their own', async () => {
    using at = new ConfigFolder()
    const from = join(at.folder, 'old.toml')
    writeFileSync(from, old)
    writeFileSync(join(at.folder, 'wallet-password.secret'), 'taken')
    writeFileSync(join(at.folder, 'openai-apiKey.secret'), 'taken')
    const { code, stdout, stderr } = await at.config(['init', '--from', from])
    assert.equal(code, 0, stderr)
    const files = ['openai-apiKey-2.secret', 'openai-endpoints-0-apiKey.secret']
    assert.equal(stdout, `@/config.toml\n${files.map(name => `@/${name}\n`).join('')}`)
    assert.equal(
      stderr,
      'warning: subtensor.endpoints is not taken over, because its URL has a secret in it\n  try: miner config set subtensor.endpoints -\n',
    )
    assert.doesNotMatch(at.text, /Marker/)
    const [first = '', second = ''] = files.map(name => join(at.folder, name))
    assert.equal(readFileSync(first, 'utf8'), `${key}\n`)
    assert.equal(readFileSync(second, 'utf8'), `${other}\n`)
    assert.equal(statSync(first).mode & 0o777, 0o600)
    assert.equal(readFileSync(join(at.folder, 'openai-apiKey.secret'), 'utf8'), 'taken')
    const table = parse(at.text)
    assert.deepEqual(structuredClone(table.openai), {
      maxTokens: 50,
      apiKey: 'file:openai-apiKey-2.secret',
      endpoints: [
        { name: 'a', apiKey: 'file:openai-endpoints-0-apiKey.secret' },
        { name: 'b', apiKey: 'env:KEY_B' },
      ],
    })
    assert.equal((table.wallet as { password: string }).password, `file:${join(at.folder, 'pw')}`)
    assert.equal((table.axon as { maxTimeout: string }).maxTimeout, '90s')
    assert.equal(table.dialectFile, join(at.folder, 'my.toml'))
    assert.ok('echo' in table)
  })

  it('takes over a YAML file of the Python SDK', async () => {
    using at = new ConfigFolder()
    const from = join(at.folder, 'old.yaml')
    writeFileSync(
      from,
      `netuid: "3"\naxon.port: 9001\naxon: {queue: 5}\nopenai.api_key: ${key}\npolicy.require_permit: off\n`,
    )
    assert.equal((await at.config(['init', '--from', from])).stdout, '@/config.toml\n@/openai-apiKey.secret\n')
    const [before, after] = await Promise.all([
      at.config(['show', '--json', '--config', from]),
      at.config(['show', '--json']),
    ])
    const { openai: one, ...rest } = JSON.parse(before.stdout).values
    const { openai: other, ...same } = JSON.parse(after.stdout).values
    assert.deepEqual(same, rest)
    assert.deepEqual({ ...other, apiKey: '***' }, one)
    assert.equal(rest.axon.port, 9001)
    assert.equal(rest.policy.requirePermit, false)
  })

  it('tells what of an old file has no effect', async () => {
    using at = new ConfigFolder()
    const from = join(at.folder, 'old.yaml')
    writeFileSync(from, 'axon.ip: 0.0.0.0\nwandb.on: off\nlogging: {record_log: yes}\n')
    const { code, stderr } = await at.config(['init', '--from', from])
    assert.equal(code, 0)
    assert.match(stderr, /^warning: logging.record_log is ignored: .*\n {2}try: .*\nwarning: axon.ip is ignored: .*\n/)
    assert.equal(stderr.match(/^warning/gm)?.length, 2)
  })

  it('refuses a name under which the file would be read as YAML', async () => {
    using at = new ConfigFolder()
    const { code, stderr } = await at.config(['init', '--config', join(at.folder, 'new.yml')])
    assert.equal(code, 2)
    assert.match(stderr, /^error: @\/new.yml is named as YAML, and a new configuration file is TOML\n/)
    assert.deepEqual(at.names, [])
  })

  it('refuses an old file with a mistake, and writes nothing', async () => {
    using at = new ConfigFolder()
    const from = join(at.folder, 'old.toml')
    writeFileSync(from, `[openai]\napiKey = "${key}"\nmodle = "x"\n`)
    const { code, stderr } = await at.config(['init', '--from', from])
    assert.equal(code, 2)
    assert.equal(stderr, 'error: openai.modle is not a setting (@/old.toml: openai.modle)\n  try: write openai.model\n')
    assert.match(
      (await at.config(['init', '--from', join(at.folder, 'no.toml')])).stderr,
      /^error: the old configuration file does not exist/,
    )
    assert.match((await at.config(['init', '--use', 'nope'])).stderr, /^error: there is no miner "nope"/)
    assert.deepEqual(at.names, ['old.toml'])
  })
})

describe('miner config schema', () => {
  it('holds for what config init writes, and for the same with its comments taken away', async () => {
    using at = new ConfigFolder()
    const isValid = await compiled(at)
    await at.config(['init'])
    assertValid(isValid, parse(at.text))
    const uncommented = at.text.replaceAll(/^# ([a-zA-Z]+ = (?!"…"))/gm, '$1')
    assertValid(isValid, parse(uncommented))
    writeFileSync(join(at.folder, 'old.toml'), old)
    await at.config(['init', '--from', join(at.folder, 'old.toml'), '--force'])
    assertValid(isValid, parse(at.text))
  })

  it('refuses what the program refuses', async () => {
    using at = new ConfigFolder()
    const isValid = await compiled(at)
    for (const text of [
      'nettuid = 1',
      '[openai]\nmodle = "x"',
      '[axon]\nport = "x"',
      '[log]\nlevel = "loud"',
      'axon = 1',
    ])
      assert.equal(isValid(parse(text)), false, text)
    for (const text of ['[openai]\nmax_tokens = "none"', '[axon]\nmaxTimeout = 90', '[echo]'])
      assertValid(isValid, parse(text))
  })
})

async function compiled(at: ConfigFolder): Promise<ValidateFunction> {
  const { stdout } = await at.config(['schema'])
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
  ajv.addFormat('uri', (text: string) => URL.canParse(text))
  return ajv.compile(JSON.parse(stdout))
}

function assertValid(isValid: ValidateFunction, table: unknown): void {
  assert.ok(isValid(structuredClone(table)), JSON.stringify(isValid.errors))
}
