import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { oldWallets, vectors } from '../support/old-wallets.ts'
import { alice, bob, send, signedRequest } from '../support/signed-request.ts'

describe('miner serve with a wallet of SDK 6 or earlier', () => {
  let wallets: string
  beforeEach(() => {
    wallets = mkdtempSync(join(tmpdir(), 'miner-old-wallets-'))
    cpSync(oldWallets, wallets, { recursive: true })
  })
  afterEach(() => rmSync(wallets, { recursive: true, force: true }))

  const serve = (name: string) => [
    ...['serve', '--use', 'echo', '--network', 'none', '--allow', alice.address, '--store', 'memory'],
    ...['--axon-host', '127.0.0.1', '--axon-port', '0', '--wallet-path', wallets, '--wallet-name', name],
  ]

  for (const [name, variable] of [
    ['seed', null],
    ['ansible', 'BT_COLD_PW_HOTKEYS'],
    ['ansible-labelled', 'MINER_WALLET_PASSWORD'],
    ['fernet', 'MINER_WALLET_PASSWORD'],
  ] as const) {
    it(`opens \`${name}\`, and answers for its hotkey${variable ? `, with the password in ${variable}` : ''}`, async () => {
      const env = variable ? { [variable]: vectors.password } : {}
      await using miner = await startMiner(serve(name), { env, timeoutMs: 120_000 })
      assert.equal(miner.hotkey, bob.address)
      assert.equal((await send(miner.url, signedRequest())).status, 200)
      const { stderr } = await miner.stop()
      assert.ok(!stderr.includes(vectors.password), 'the password is in the log')
    })
  }

  const refuses = async (name: string, message: RegExp, env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await runMiner(serve(name), { env })
    assert.equal(code, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, message)
  }

  it('refuses another password', async () => {
    const env = { MINER_WALLET_PASSWORD: 'another' }
    await refuses('ansible', /^error: the password does not open hotkey file .*ansible\/hotkeys\/default$/m, env)
  })

  it('refuses an encrypted hotkey without a password, where it cannot ask', async () => {
    await refuses('ansible', /^error: hotkey file .* is encrypted$\n {2}try: set MINER_WALLET_PASSWORD, or BT_PW_/m)
  })

  it('refuses a public key that stands there as text', async () => {
    await refuses(
      'bare',
      /^error: .* holds only 64 hex digits, which SDK 6 reads as a public key$\n {2}try: .* --seed$/m,
    )
  })

  it('refuses a vault of a version that the SDK never wrote', async () => {
    writeFileSync(join(wallets, 'ansible/hotkeys/default'), '$ANSIBLE_VAULT;1.0;AES\n6161\n')
    await refuses('ansible', /^error: .* is an Ansible Vault of another version than 1\.1 or 1\.2.*$\n {2}try: /m)
  })
})
