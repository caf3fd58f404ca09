import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isSealed, parseSealed } from '#dist/wallet/sealed.js'
import { WalletError } from '#dist/wallet/wallet-error.js'

const bytesOf = (hotkey: string) => readFileSync(new URL(`../fixtures/${hotkey}/hotkeys/default`, import.meta.url))

/** Returns the code of the error for a keyfile of that content; null: there is none. */
function codeOf(bytes: Uint8Array | string): string | null {
  try {
    parseSealed(Buffer.from(bytes), 'f')
    return null
  } catch (error) {
    assert.ok(error instanceof WalletError, String(error))
    return error.code
  }
}

describe('parseSealed', () => {
  for (const [hotkey, cipher] of [
    ['wallets/plain', undefined],
    ['old-wallets/phrase', undefined],
    ['old-wallets/bare', undefined],
    ['wallets/locked', 'nacl'],
    ['old-wallets/ansible', 'ansible'],
    ['old-wallets/ansible-yaml', 'ansible'],
    ['old-wallets/ansible-labelled', 'ansible'],
    ['old-wallets/fernet', 'fernet'],
  ] as const) {
    it(`finds how ${hotkey} is encrypted: ${cipher ?? 'not at all'}`, () => {
      const bytes = bytesOf(hotkey)
      assert.equal(parseSealed(bytes, 'f')?.cipher, cipher)
      assert.equal(isSealed(bytes), cipher !== undefined)
    })
  }

  it('refuses a file that was cut', () => {
    for (const [hotkey, shortest] of [
      ['wallets/locked', '$NACL'.length + 24 + 16],
      ['old-wallets/ansible', bytesOf('old-wallets/ansible').length],
      ['old-wallets/fernet', bytesOf('old-wallets/fernet').length],
    ] as const) {
      const bytes = bytesOf(hotkey)
      const header = hotkey.includes('ansible') ? bytes.indexOf('\n') : 6
      for (let length = header; length < Math.min(shortest, bytes.length) - 2; length += 7) {
        const code = codeOf(bytes.subarray(0, length))
        // A vault cut at the end of a block of its ciphertext is whole for all that can be seen without the password.
        if (code !== null) assert.equal(code, 'KEYFILE_MALFORMED', `${hotkey}, ${length} bytes`)
      }
    }
  })

  it('reads a vault and a token with the line ends of Windows, or none', () => {
    const vault = bytesOf('old-wallets/ansible').toString()
    const token = bytesOf('old-wallets/fernet').toString()
    const same = (changed: string, original: string) =>
      assert.deepEqual(parseSealed(Buffer.from(changed), 'f'), parseSealed(Buffer.from(original), 'f'))
    same(vault.replaceAll('\n', '\r\n'), vault)
    same(vault.trimEnd(), vault)
    same(`${token}\r\n`, token)
    same(token.replace(/=*$/, ''), token)
  })

  it('refuses what is not hex, or not base64', () => {
    const vault = bytesOf('old-wallets/ansible').toString()
    assert.equal(codeOf(vault.replace(/..\n$/, 'zz\n')), 'KEYFILE_MALFORMED')
    assert.equal(codeOf('$ANSIBLE_VAULT;1.1;AES256\n'), 'KEYFILE_MALFORMED')
    assert.equal(codeOf('$ANSIBLE_VAULT;1.1;AES256\n6161'), 'KEYFILE_MALFORMED')
    assert.equal(codeOf(bytesOf('old-wallets/fernet').toString().replace(/.{5}$/, '=====')), 'KEYFILE_MALFORMED')
    assert.equal(codeOf('gAAAAABh'), 'KEYFILE_MALFORMED')
    assert.equal(codeOf('gAAAAA secret'), 'KEYFILE_MALFORMED')
  })

  it('refuses a vault of another version or cipher', () => {
    const vault = bytesOf('old-wallets/ansible').toString()
    for (const header of ['1.0;AES', '1.1;AES', '2.0;AES256', '1.1;AES256x', '1.1']) {
      assert.equal(codeOf(vault.replace('1.1;AES256', header)), 'KEYFILE_ENCRYPTION_UNSUPPORTED', header)
    }
  })
})
