import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { developmentKeys } from '#dist/keys/development-keys.js'
import { createVerifier } from '#dist/keys/verifier.js'
import { openHotkey } from '#dist/wallet/open-hotkey.js'
import { spawnMiner, startMiner } from '../support/miner-process.ts'
import { runPython, startPythonAxon } from '../support/python.ts'
import { askAsValidator, says } from './ask-as-validator.ts'

const [alice] = developmentKeys

/** What wallets.py tells of the wallets that it made. */
type Wallets = {
  readonly [name in 'plain' | 'phrase' | 'locked' | 'ed25519' | 'password']: string
} & { readonly environment: Readonly<Record<string, string>> }

describe('a hotkey that bittensor-wallet has just written', () => {
  // Opening an encrypted keyfile is slow by design: 7 s, and several times that on a slow machine.
  const slow = { timeoutMs: 100_000 }
  let path: string
  let wallets: Wallets

  before(async function () {
    this.timeout(slow.timeoutMs)
    path = mkdtempSync(join(tmpdir(), 'miner-wallets-'))
    wallets = (await runPython('10.4.1', 'wallets.py', ['--path', path], slow))[0] as Wallets
  })
  after(() => rmSync(path, { recursive: true, force: true }))

  const walletOf = (name: string) => ['--wallet-path', path, '--wallet-name', name]
  const serve = (name: string) => [
    ...['serve', '--use', 'echo', '--axon-host', '127.0.0.1', '--axon-port', '0'],
    ...['--network', 'none', '--allow', alice.address, ...walletOf(name)],
  ]

  for (const name of ['plain', 'phrase'] as const) {
    it(`is opened, and signs: ${name}`, async () => {
      const pair = await openHotkey({ path, name, hotkey: 'default', env: {}, warn: assert.fail })
      assert.equal(pair.address, wallets[name])
      const text = Buffer.from('a text')
      const signed = { publicKey: pair.publicKey, text, signature: pair.sign(text) }
      assert.deepEqual(createVerifier({ onPanic: assert.ifError }).verify([signed]), [true])
    })

    it(`is served: ${name}`, async () => {
      await using miner = await startMiner(serve(name))
      assert.equal(miner.hotkey, wallets[name])
      const [answer] = await askAsValidator('10.4.1', miner, [says('hello')])
      assert.deepEqual([answer!.status_code, answer!.completion], [200, 'hello'])
    })
  }

  it('is served: an encrypted one, with its password in MINER_WALLET_PASSWORD', async function () {
    this.timeout(2 * slow.timeoutMs)
    await using miner = await startMiner(serve('locked'), {
      ...slow,
      env: { MINER_WALLET_PASSWORD: wallets.password },
    })
    assert.equal(miner.hotkey, wallets.locked)
    const [answer] = await askAsValidator('7.4.0', miner, [says('hello')])
    assert.deepEqual([answer!.status_code, answer!.completion], [200, 'hello'])
    const { stderr } = await miner.stop()
    assert.ok(!stderr.includes(wallets.password), 'the password is in the log')
  })

  it('is opened: an encrypted one, with the password as the tool keeps it in the environment', async function () {
    this.timeout(slow.timeoutMs)
    const pair = await openHotkey({
      path,
      name: 'locked',
      hotkey: 'default',
      env: wallets.environment,
      warn: assert.fail,
    })
    assert.equal(pair.address, wallets.locked)
  })

  it('is refused by the kind of its key: ed25519', async () => {
    const { code, stdout, stderr } = await spawnMiner(serve('ed25519'))
    assert.match(stderr, /ed25519/)
    assert.match(stderr, /try: /)
    assert.equal(stdout, '')
    assert.equal(code, 2)
  })

  it('is refused without its password, where there is nobody to ask', async () => {
    const { code, stderr } = await spawnMiner(serve('locked'))
    assert.match(stderr, /is encrypted/)
    assert.match(stderr, new RegExp(`MINER_WALLET_PASSWORD, or ${Object.keys(wallets.environment)[0]} `))
    assert.equal(code, 2)
  })

  it('answers nobody but those who are allowed', async () => {
    await using miner = await startMiner(serve('phrase'))
    const [answer] = await askAsValidator('10.4.1', miner, [says('hello')], { uri: '//Charlie' })
    assert.deepEqual(
      [answer!.status_code, answer!.status_message, answer!.completion],
      [403, 'Forbidden. Key is blacklisted: hotkey not allowed.', ''],
    )
  })

  it('asks an axon of the SDK', async () => {
    await using axon = await startPythonAxon('10.4.1')
    const to = ['--url', axon.url, '--receiver', axon.hotkey]
    const { code, stdout } = await spawnMiner(['query', 'hello', ...to, ...walletOf('phrase')])
    assert.equal(stdout, 'echo: hello\n')
    assert.equal(code, 0)
  })
})
