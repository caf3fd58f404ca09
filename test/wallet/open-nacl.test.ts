import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { openNacl } from '#dist/wallet/open-nacl.js'
import { WalletError } from '#dist/wallet/wallet-error.js'
import { run } from '../support/child-process.ts'

const sealed = readFileSync(new URL('../fixtures/wallets/locked/hotkeys/default', import.meta.url)).subarray(5)
const refused = (code: string) => (error: unknown) => error instanceof WalletError && error.code === code

// That the right password opens it, open-hotkey.test.ts shows.
describe('openNacl', () => {
  it('opens it without the argon2 of Node, which came with 24.7', async () => {
    const without = 'import crypto from "node:crypto"; delete crypto.argon2Sync'
    const opening = `
      import { readFileSync } from 'node:fs'
      import { openNacl } from '#dist/wallet/open-nacl.js'
      const sealed = readFileSync('test/fixtures/wallets/locked/hotkeys/default').subarray(5)
      console.log(Buffer.from(await openNacl(sealed, 'correct horse battery', { file: 'f' })).toString())`
    const preload = `data:text/javascript,${encodeURIComponent(without)}`
    const { stdout, stderr } = await run(process.execPath, ['--import', preload, '-e', opening])
    assert.equal(stderr, '')
    assert.equal(JSON.parse(stdout).ss58Address, '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y')
  })

  it('refuses a wrong password', async () => {
    await assert.rejects(openNacl(sealed, 'incorrect horse', { file: 'f' }), refused('KEYFILE_PASSWORD_WRONG'))
  })

  it('refuses a truncated file at once', async () => {
    await assert.rejects(openNacl(sealed.subarray(0, 39), '', { file: 'f' }), refused('KEYFILE_MALFORMED'))
  })

  it('times out', async () => {
    await assert.rejects(openNacl(sealed, '', { file: 'f', timeoutMs: 50 }), refused('KEYFILE_DECRYPT_FAILED'))
  })

  it('stops when its signal aborts', async () => {
    const stop = new AbortController()
    const opening = openNacl(sealed, '', { file: 'f', signal: stop.signal })
    stop.abort(new RangeError('enough'))
    await assert.rejects(opening, RangeError)
  })
})
