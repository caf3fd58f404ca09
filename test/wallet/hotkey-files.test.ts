import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { hotkeyFile } from '#dist/wallet/hotkey-files.js'

// As `Wallet(path=…).hotkey_file.path` of bittensor-wallet 4.1.1 says.
describe('hotkeyFile', () => {
  for (const [path, file] of [
    ['w', 'w/plain/hotkeys/default'],
    ['w/', 'w/plain/hotkeys/default'],
    ['w//', 'w//plain/hotkeys/default'],
    ['./w', './w/plain/hotkeys/default'],
    ['~', `${homedir()}/plain/hotkeys/default`],
    ['~/w', `${homedir()}/w/plain/hotkeys/default`],
    ['~w', '~w/plain/hotkeys/default'],
  ] as const) {
    it(`is ${file} in ${path}`, () => assert.equal(hotkeyFile({ path, name: 'plain', hotkey: 'default' }), file))
  }

  it('uses the home directory’s name unchanged', () => {
    const { HOME } = process.env
    try {
      process.env.HOME = '/home/$&$$'
      assert.equal(hotkeyFile({ path: '~/w', name: 'plain', hotkey: 'default' }), '/home/$&$$/w/plain/hotkeys/default')
    } finally {
      if (HOME === undefined) delete process.env.HOME
      else process.env.HOME = HOME
    }
  })
})
