import assert from 'node:assert/strict'
import { findPassword, passwordVariable } from '#dist/wallet/find-password.js'
import { WalletError } from '#dist/wallet/wallet-error.js'

const FILE = 'w/locked/hotkeys/default'
const VARIABLE = 'BT_PW_W_LOCKED_HOTKEYS_DEFAULT'
const env = { [VARIABLE]: 'ITstIjI8I38kIDE4IGQ9KTsgLjcg' }
const askPassword = async () => 'asked'

describe('findPassword', () => {
  it('takes the setting first, then the variable of btwallet, then asks', async () => {
    assert.equal(await findPassword(FILE, { password: 'set', env, askPassword }), 'set')
    assert.equal(await findPassword(FILE, { env, askPassword }), 'correct horse battery')
    assert.equal(await findPassword(FILE, { env: { [VARIABLE]: '' }, askPassword }), 'asked')
  })

  it('takes the variable of SDK 6, which holds the password itself, before it asks', async () => {
    const old = { BT_COLD_PW_HOTKEYS: 'as it is' }
    assert.equal(await findPassword(FILE, { env: old, askPassword }), 'as it is')
    assert.equal(await findPassword(FILE, { env: { ...old, ...env }, askPassword }), 'correct horse battery')
    assert.equal(await findPassword(FILE, { env: { bt_cold_pw_my_hotkeys: 'as it is' }, askPassword }), 'as it is')
    for (const other of ['BT_COLD_PW_LOCKED', 'MY_BT_COLD_PW_HOTKEYS', 'BT_COLD_PW_HOTKEYS_2']) {
      assert.equal(await findPassword(FILE, { env: { [other]: 'of a coldkey' }, askPassword }), 'asked')
    }
    assert.equal(await findPassword(FILE, { env: { BT_COLD_PW_HOTKEYS: '' }, askPassword }), 'asked')
  })

  it('reads a password that is not ASCII', async () => {
    assert.equal(await findPassword(FILE, { env: { [VARIABLE]: 'Mpf7ss/c' } }), 'pä☃')
  })

  it('refuses a variable that does not decode to text', async () => {
    await assert.rejects(
      findPassword(FILE, { env: { [VARIABLE]: '/////w==' } }),
      error => error instanceof WalletError && error.code === 'KEYFILE_PASSWORD_MALFORMED',
    )
  })

  // As `Wallet(path=…, name=…, hotkey=…).hotkey_file.env_var_name()` of bittensor-wallet 4.1.1 says.
  it('names the variable as btwallet does', () => {
    assert.equal(passwordVariable('./w/locked/hotkeys/default'), 'BT_PW___W_LOCKED_HOTKEYS_DEFAULT')
    assert.equal(passwordVariable('/root/x.y/a-b/hotkeys/c d'), 'BT_PW__ROOT_X_Y_A-B_HOTKEYS_C D')
    assert.equal(passwordVariable('/tmp/ä.b/ß/hotkeys/ı'), 'BT_PW__TMP_Ä_B_SS_HOTKEYS_I')
  })
})
