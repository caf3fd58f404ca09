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
    const nacl = bytesOf('wallets/locked')
    for (let length = '$NACL'.length; length < '$NACL'.length + 24 + 16; length++) {
      assert.equal(codeOf(nacl.subarray(0, length)), 'KEYFILE_MALFORMED', `$NACL, ${length} bytes`)
    }
    // Cut between two blocks, a vault and a token look whole until their code is checked.
    const [vault, token] = [bytesOf('old-wallets/ansible'), bytesOf('old-wallets/fernet')]
    for (let less = 2; less < 32; less++) {
      assert.equal(codeOf(vault.subarray(0, -less)), 'KEYFILE_MALFORMED', `a vault, ${less} bytes less`)
    }
    for (let less = 4; less < 16; less++) {
      assert.equal(codeOf(token.subarray(0, -less)), 'KEYFILE_MALFORMED', `a token, ${less} bytes less`)
    }
    for (const length of [26, 40, 200, 260]) {
      assert.equal(codeOf(vault.subarray(0, length)), 'KEYFILE_MALFORMED', `a vault, ${length} bytes`)
    }
    for (const length of [6, 30, 76, 96]) {
      assert.equal(codeOf(token.subarray(0, length)), 'KEYFILE_MALFORMED', `a token, ${length} bytes`)
    }
  })

  it('refuses 64 KiB of what looks like one', () => {
    for (const [head, filling] of [
      ['$ANSIBLE_VAULT;1.1;AES256\n', '61'],
      ['$ANSIBLE_VAULT;1.1;AES256\n', '0a'],
      ['gAAAAA', '_'],
      ['gAAAAA', '='],
    ] as const) {
      assert.equal(codeOf((head + filling.repeat(64 * 1024)).slice(0, 64 * 1024)), 'KEYFILE_MALFORMED', head + filling)
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
