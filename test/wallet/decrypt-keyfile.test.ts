import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decryptKeyfile } from '#dist/wallet/decrypt-keyfile.js'
import { parseSealed } from '#dist/wallet/sealed.js'
import { WalletError } from '#dist/wallet/wallet-error.js'
import { run } from '../support/child-process.ts'
import { vectors } from '../support/old-wallets.ts'

const bytesOf = (hotkey: string) => readFileSync(new URL(`../fixtures/${hotkey}/hotkeys/default`, import.meta.url))
const refused = (code: string) => (error: unknown) => error instanceof WalletError && error.code === code

// That the right password opens it, open-hotkey.test.ts shows.
describe('decryptKeyfile', () => {
  const sealed = parseSealed(bytesOf('wallets/locked'), 'f')!

  it('opens `$NACL` without the argon2 of Node, which came with 24.7', async () => {
    const without = 'import crypto from "node:crypto"; delete crypto.argon2Sync'
    const opening = `
      import { readFileSync } from 'node:fs'
      import { decryptKeyfile } from '#dist/wallet/decrypt-keyfile.js'
      import { parseSealed } from '#dist/wallet/sealed.js'
      const sealed = parseSealed(readFileSync('test/fixtures/wallets/locked/hotkeys/default'), 'f')
      console.log(Buffer.from(await decryptKeyfile(sealed, 'correct horse battery', { file: 'f' })).toString())`
    const preload = `data:text/javascript,${encodeURIComponent(without)}`
    const { stdout, stderr } = await run(process.execPath, ['--import', preload, '-e', opening])
    assert.equal(stderr, '')
    assert.equal(JSON.parse(stdout).ss58Address, '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y')
  })

  for (const hotkey of ['wallets/locked', 'old-wallets/ansible', 'old-wallets/fernet']) {
    it(`refuses a wrong password: ${hotkey}`, async () => {
      const opening = decryptKeyfile(parseSealed(bytesOf(hotkey), 'f')!, 'incorrect horse', { file: 'f' })
      await assert.rejects(opening, refused('KEYFILE_PASSWORD_WRONG'))
    })
  }

  it('keeps the event loop free while it derives the key', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    try {
      await decryptKeyfile(parseSealed(bytesOf('old-wallets/fernet'), 'f')!, 'correct horse battery', { file: 'f' })
    } finally {
      clearInterval(timer)
    }
    assert.ok(turns > 100, `${turns} turns in several seconds`)
  })

  it('reports a file whose code is right and whose content is not', async () => {
    const { password, derived, salt: saltHex } = vectors.vaults[0]!
    const keys = Buffer.from(derived, 'hex')
    const ciphertext = Buffer.alloc(16)
    const mac = createHmac('sha256', keys.subarray(32, 64)).update(ciphertext).digest()
    const salt = Buffer.from(saltHex, 'hex')
    await assert.rejects(
      decryptKeyfile({ cipher: 'ansible', salt, mac, ciphertext }, password, { file: 'f' }),
      error => refused('KEYFILE_DECRYPT_FAILED')(error) && /regen-hotkey/.test((error as WalletError).hint),
    )
  })

  it('times out', async () => {
    await assert.rejects(decryptKeyfile(sealed, '', { file: 'f', timeoutMs: 50 }), refused('KEYFILE_DECRYPT_FAILED'))
  })

  it('stops when its signal aborts', async () => {
    const stop = new AbortController()
    const opening = decryptKeyfile(sealed, '', { file: 'f', signal: stop.signal })
    stop.abort(new RangeError('enough'))
    await assert.rejects(opening, RangeError)
  })
})
