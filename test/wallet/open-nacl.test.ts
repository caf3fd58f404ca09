import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { openNacl } from '#dist/wallet/open-nacl.js'
import { WalletError } from '#dist/wallet/wallet-error.js'

const sealed = readFileSync(new URL('../fixtures/wallets/locked/hotkeys/default', import.meta.url)).subarray(5)
const refused = (code: string) => (error: unknown) => error instanceof WalletError && error.code === code

// That the right password opens it, open-hotkey.test.ts shows.
describe('openNacl', () => {
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
