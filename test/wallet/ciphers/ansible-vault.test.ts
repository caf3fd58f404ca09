import assert from 'node:assert/strict'
import { createCipheriv, createHmac } from 'node:crypto'
import { type AnsibleVault, openVault, parseVault } from '#dist/wallet/ciphers/ansible-vault.js'
import { vectors } from '../../support/old-wallets.ts'

const parsed = (text: string) => parseVault(Buffer.from(text)) as AnsibleVault

describe('openVault', () => {
  for (const { password, vault, content } of vectors.vaults) {
    it(`opens what Ansible encrypted: ${content.length / 2} bytes, with ${JSON.stringify(password)}`, () => {
      assert.equal(Buffer.from(openVault(parsed(vault), password)!).toString('hex'), content)
    })

    it(`refuses another password than ${JSON.stringify(password)}`, () => {
      assert.equal(openVault(parsed(vault), `${password} `), null)
      assert.equal(openVault(parsed(vault), ''), null)
    })
  }

  it('refuses a vault that was changed, in each of its parts', () => {
    const { password, vault } = vectors.vaults.at(-1)!
    for (const part of ['salt', 'mac', 'ciphertext'] as const) {
      const whole = parsed(vault)
      for (const at of [0, whole[part].length - 1]) {
        const changed = Uint8Array.from(whole[part], (byte, i) => (i === at ? byte ^ 1 : byte))
        assert.equal(openVault({ ...whole, [part]: changed }, password), null, `${part} ${at}`)
      }
    }
    const whole = parsed(vault)
    assert.equal(openVault({ ...whole, ciphertext: whole.ciphertext.subarray(16) }, password), null)
  })

  it('throws when the padding is wrong, although the code is right', () => {
    const { password, vault, derived } = vectors.vaults[0]!
    const keys = Buffer.from(derived, 'hex')
    for (const padding of [Buffer.alloc(16), Buffer.alloc(16, 17), Buffer.from([...Buffer.alloc(15, 255), 2])]) {
      const ciphertext = createCipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(64)).update(padding)
      const mac = createHmac('sha256', keys.subarray(32, 64)).update(ciphertext).digest()
      assert.throws(() => openVault({ ...parsed(vault), mac, ciphertext }, password), RangeError)
    }
  })
})
