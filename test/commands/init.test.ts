import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { bob } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'
import { FirstStartFolder, KEY, keyed } from '../support/wizard.ts'

describe('miner init without a terminal', () => {
  let model: ModelServer
  before(async () => {
    model = await startModelServer(keyed(KEY))
  })
  after(() => model[Symbol.asyncDispose]())

  it('names at once what is missing, with its flags', async () => {
    using at = new FirstStartFolder()
    const { code, stdout, stderr } = await at.run(['init'])
    assert.deepEqual([code, stdout, at.names], [2, '', []])
    assert.equal(
      stderr,
      'error: these settings are missing, and without a terminal `miner init` cannot ask for them: subtensor.network, netuid, wallet.name, wallet.hotkey, openai.model\n' +
        '  try: add --network finney --netuid 1 --wallet-name default --wallet-hotkey default --openai-model gpt-3.5-turbo, or --yes, which takes these values and what is there\n',
    )
    const some = await at.run(['init', '--netuid', '3', '--use', 'echo', '--json'], { MINER_SUBTENSOR_NETWORK: 'test' })
    assert.equal(some.code, 2)
    const { error } = JSON.parse(some.stdout)
    assert.equal(error.code, 'ANSWERS_MISSING')
    assert.match(error.message, /for them: wallet\.name, wallet\.hotkey$/)
    assert.deepEqual(at.names, [])
  })

  it('writes a file from flags that the other commands accept', async () => {
    using at = new FirstStartFolder()
    at.write('key', `${KEY}\n`)
    const { code, stdout, stderr } = await at.run([
      ...['init', '--network', 'ws://127.0.0.1:1', '--netuid', '74', ...at.ofBob, '--base-url', model.url],
      ...[
        '--model',
        'gpt-a',
        '--api-key',
        `file:${at.configFolder}/key`,
        '--axon-port',
        '9000',
        '--log-level',
        'error',
      ],
    ])
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^netuid 74 \(--netuid\)\ndialect gittensor/m)
    assert.match(stderr, /^whether it is registered on subnet 74 is not known: /m)
    assert.equal(at.modeOf('config.toml'), '600')
    assert.deepEqual(at.lines, [
      'netuid = 74',
      'name = "plain"',
      'hotkey = "default"',
      `path = "${at.wallets}"`,
      'port = 9000',
      'network = "ws://127.0.0.1:1"',
      'model = "gpt-a"',
      `baseUrl = "${model.url}"`,
      `apiKey = "file:${at.configFolder}/key"`,
    ])
    assert.match(stdout, /^wrote .*\nnext:\n {2}miner serve --config .*\n {2}miner status --config .*\n$/)
    assert.equal((await at.run(['check'])).code, 0)
    assert.equal((await at.run(['config', 'show'])).code, 0)
    const again = await at.run(['init', '--no-check'])
    assert.equal(again.code, 0, again.stderr)
    assert.match(again.stdout, /^left as it was: /)
  })

  it('changes an old YAML file under its own names', async () => {
    using at = new FirstStartFolder()
    at.write('old.yaml', `openai:\n  model_name: gpt-3 # best\nsubtensor.network: ws://127.0.0.1:1\n`)
    const file = `${at.configFolder}/old.yaml`
    const args = ['init', '--yes', '--no-check', '--config', file, ...at.ofBob, '--model', 'gpt-a', '--netuid', '1']
    const { code, stderr } = await at.run(args)
    assert.equal(code, 0, stderr)
    assert.match(readFileSync(file, 'utf8'), /^openai:\n {2}model_name: gpt-a # best\n/)
    const shown = await at.run(['config', 'get', 'openai.model', '--config', file])
    assert.deepEqual([shown.stdout, shown.stderr], ['gpt-a\n', ''])
  })

  it('takes what is there with --yes, and gives one JSON document', async () => {
    using at = new FirstStartFolder()
    const args = ['init', '--yes', '--use', 'echo', '--no-check', '--wallet-path', at.wallets]
    const several = await at.run(args)
    assert.equal(several.code, 2)
    assert.match(
      several.stderr,
      /with --yes `miner init` does not ask which one: locked\/default, plain\/default\n {2}try: name one with --wallet-name/,
    )
    assert.deepEqual(at.names, [])
    const { code, stdout } = await at.run([...args, '--wallet-name', 'plain', '--json'])
    assert.equal(code, 0)
    const { next, ...rest } = JSON.parse(stdout)
    assert.deepEqual(rest, {
      file: at.file,
      changed: true,
      secretFiles: [],
      unusedSecretFiles: [],
      hotkey: bob.address,
      hotkeyProblem: null,
      registered: null,
      checks: null,
    })
    assert.equal(next.length, 2)
    assert.ok(['use = "echo"', 'netuid = 1', 'network = "finney"'].every(line => at.lines.includes(line)))
  })

  it('writes nothing when the key is missing, and exits with 1 when it is refused', async () => {
    using at = new FirstStartFolder()
    const args = ['init', '--yes', '--network', 'none', ...at.ofBob]
    const missing = await at.run(args)
    assert.equal(missing.code, 2)
    assert.match(missing.stderr, /needs an API key, and none is set\n {2}try: set OPENAI_API_KEY/)
    assert.deepEqual(at.names, [])
    const env = { OPENAI_API_KEY: 'sk-wrong-9876543' }
    const refused = await at.run([...args, '--base-url', model.url], env)
    assert.equal(refused.code, 1)
    assert.equal(`${refused.stdout}${refused.stderr}${at.text}`.includes(env.OPENAI_API_KEY), false)
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('sends the key of the file to no other endpoint that a flag or a variable gives', async () => {
    using at = new FirstStartFolder()
    at.write('key', `${KEY}\n`)
    const old = `[openai]\nbaseUrl = "http://127.0.0.1:1/v1"\napiKey = "file:key"\n`
    at.write('config.toml', old)
    const asked = model.requests.length
    const args = ['init', '--yes', '--network', 'none', ...at.ofBob]
    const typed = await at.run([...args, '--base-url', model.url])
    assert.equal(typed.code, 2)
    assert.match(
      typed.stderr,
      /the openai\.apiKey in the file is for another endpoint than openai\.baseUrl .*--base-url\)\n {2}try: .* --openai-api-key env:NAME/,
    )
    assert.equal((await at.run(args, { OPENAI_BASE_URL: model.url })).code, 2)
    assert.deepEqual([model.requests.length, at.text], [asked, old])
    const given = await at.run([...args, '--base-url', model.url, '--api-key', `file:${at.configFolder}/key`])
    assert.equal(given.code, 0, given.stderr)
    const again = await at.run([...args, '--base-url', model.url])
    assert.equal(again.code, 0, again.stderr)
  })

  it('writes the settings of a miner that a variable chooses', async () => {
    using at = new FirstStartFolder()
    const args = ['init', '--yes', '--no-check', '--prefix', 'Echo: ', ...at.ofBob]
    const { code, stderr } = await at.run(args, { MINER_USE: 'echo' })
    assert.equal(code, 0, stderr)
    assert.ok(at.lines.includes('prefix = "Echo: "'))
    assert.doesNotMatch(at.lines.join('\n'), /^use/m)
  })

  it('refuses a key on the command line, without repeating it', async () => {
    using at = new FirstStartFolder()
    const { code, stdout, stderr } = await at.run(['init', '--yes', '--api-key', KEY, '--json'])
    assert.equal(code, 2)
    assert.equal(JSON.parse(stdout).error.code, 'SECRET_TYPED')
    assert.equal(`${stdout}${stderr}`.includes(KEY), false)
    assert.deepEqual(at.names, [])
  })

  it('refuses a file with a mistake, and a pipe', async () => {
    using at = new FirstStartFolder()
    at.write('config.toml', 'netiud = 1\n')
    const { code, stderr } = await at.run(['init', '--yes'])
    assert.equal(code, 2)
    assert.match(stderr, /netiud is not a setting/)
    assert.equal(at.text, 'netiud = 1\n')
    assert.match((await at.run(['init', '--yes', '--config', '/dev/null'])).stderr, /is not a regular file/)
    at.write('config.toml', '')
    const wrong = await at.run(['init', '--yes', '--wallet-name', '../x'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /a wallet or hotkey cannot be called/)
    assert.equal(at.text, '')
  })

  it('writes a file that --config names, in YAML by its name', async () => {
    using at = new FirstStartFolder()
    const file = `${at.folder}/new/own.yaml`
    const args = ['init', '--yes', '--use', 'echo', '--no-check', ...at.ofBob, '--config', file]
    const { code, stderr, stdout } = await at.run(args)
    assert.equal(code, 0, stderr)
    assert.match(stdout, new RegExp(`miner serve --config ${file}\n`))
    const { values } = JSON.parse((await at.run(['config', 'show', '--json', '--config', file])).stdout)
    assert.deepEqual([values.use, values.wallet.name, values.netuid], ['echo', 'plain', 1])
  })

  it('tells whether the hotkey is registered, and names the command that registers it', async () => {
    await using node = await startChainNode()
    using at = new FirstStartFolder()
    const args = ['init', '--yes', '--use', 'echo', '--network', node.url, ...at.ofBob]
    const before = await at.run(args)
    assert.equal(before.code, 0, before.stderr)
    assert.match(before.stderr, /^it is not registered on subnet 1 yet$/m)
    assert.match(before.stdout, /^ {2}btcli subnet register --netuid 1 .*\n {2}miner serve /m)
    node.register({ hotkey: bob.address })
    const after = await at.run(args)
    assert.match(after.stderr, /^it is registered on subnet 1, with uid \d+$/m)
    assert.match(after.stdout, /^ {2}miner serve .*\n {2}miner status /m)
  })

  it('writes the file for a hotkey that serve cannot use, says why as serve does, and exits with 2', async () => {
    using at = new FirstStartFolder()
    const own = join(at.wallets, 'bare', 'hotkeys')
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'default'), 'ab'.repeat(32), { mode: 0o600 })
    const cases: [name: string, password: string | undefined, reason: RegExp][] = [
      ['bare', undefined, /^error: .*hotkeys\/default/m],
      ['nope', undefined, /^error: there is no hotkey file .*\/nope\/hotkeys\/default$/m],
      ['locked', 'wrong', /^error: .*password/m],
    ]
    for (const [name, password, reason] of cases) {
      rmSync(at.configFolder, { recursive: true, force: true })
      const env = password === undefined ? {} : { MINER_WALLET_PASSWORD: password }
      const args = ['--use', 'echo', '--network', 'none', '--wallet-path', at.wallets, '--wallet-name', name]
      const { code, stdout, stderr } = await at.run(['init', '--yes', '--no-check', ...args], env)
      assert.equal(code, 2, name)
      assert.match(stderr, reason)
      const [said] = reason.exec(stderr)!
      if (password === undefined) {
        const served = await at.run(['serve', '--allow', bob.address])
        assert.equal(served.code, 2)
        assert.ok(served.stderr.includes(said), `${said} is not in ${served.stderr}`)
      }
      assert.match(stdout, name === 'nope' ? /^ {2}btcli wallet create/m : /^next:\n {2}miner init /m)
      assert.ok(at.lines.includes(`name = "${name}"`))
    }
    const env = { MINER_WALLET_PASSWORD: 'correct horse battery' }
    const opened = await at.run(['init', '--yes', '--no-check', '--wallet-name', 'locked', '--json'], env)
    assert.equal(opened.code, 0, opened.stderr)
    assert.match(JSON.parse(opened.stdout).hotkey, /^5/)
    assert.doesNotMatch(opened.stderr, /asks for its password/)
  })

  it('names the command that makes the hotkey, where there is none', async () => {
    using at = new FirstStartFolder()
    const { code, stdout, stderr } = await at.run(['init', '--yes', '--use', 'echo', '--network', 'none'])
    assert.equal(code, 2)
    assert.match(
      stderr,
      /^error: there is no hotkey file .*\n {2}try: copy it there from the computer that has the wallet, make one/m,
    )
    assert.match(
      stdout,
      /\nnext:\n {2}btcli wallet create --wallet-name default --wallet-hotkey default\n {2}miner init /,
    )
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('names commands that work as they are printed, and says how to admit a caller', async () => {
    using at = new FirstStartFolder()
    const envFile = at.write('own.env', 'MINER_NETUID=3\n')
    const args = ['init', '--yes', '--use', 'echo', '--network', 'none', ...at.ofBob, '--env-file', envFile]
    const { code, stdout, stderr } = await at.run(args)
    assert.equal(code, 0, stderr)
    const reading = `--config ${at.file} --env-file ${envFile}`
    assert.equal(
      stdout,
      `wrote ${at.file}\nNo caller is admitted yet: \`miner config set policy.allow ADDRESS --config ${at.file}\` admits one.\nnext:\n  miner check ${reading}\n  miner serve ${reading}\n`,
    )
    const words = ['config', 'set', 'policy.allow', bob.address, '--config', at.file]
    const admitted = await at.run(words)
    assert.equal(admitted.code, 0, admitted.stderr)
    assert.doesNotMatch((await at.run(args)).stdout, /No caller/)
  })

  it('writes a relative folder of the wallets as an absolute one, and keeps ~', async () => {
    using at = new FirstStartFolder()
    const path = relative(process.cwd(), at.wallets)
    const args = ['init', '--yes', '--use', 'echo', '--network', 'none', '--wallet-name', 'plain', '--wallet-path']
    assert.equal((await at.run([...args, path])).code, 0)
    assert.ok(at.lines.includes(`path = ${JSON.stringify(at.wallets)}`), at.text)
    assert.equal((await at.run([...args, '~/wallets'])).code, 0)
    assert.ok(at.lines.includes('path = "~/wallets"'), at.text)
  })

  it('never waits on a terminal that cannot move its cursor', async function () {
    if (!hasTerminal()) this.skip()
    using at = new FirstStartFolder()
    await using run = onTerminal(['init'], { env: { ...at.env, TERM: 'dumb' } })
    const { code, stdout } = await run.ended
    assert.equal(code, 2)
    assert.match(stdout, /without a\s+terminal/)
  })
})
