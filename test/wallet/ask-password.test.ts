import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { askPassword } from '#dist/wallet/ask-password.js'
import { WalletError } from '#dist/wallet/wallet-error.js'

describe('askPassword', () => {
  /** Types these keys at a prompt. */
  function type(keys: string, signal?: AbortSignal) {
    const input = new PassThrough()
    const output = new PassThrough({ encoding: 'utf8' })
    const answer = askPassword('Password: ', { input, output, signal })
    input.write(keys)
    return { answer, shown: () => output.read() as string }
  }

  it('returns the typed password, and shows only the prompt', async () => {
    const { answer, shown } = type('correct horse\r')
    assert.equal(await answer, 'correct horse')
    assert.equal(shown(), 'Password: \n')
  })

  it('lets the user edit it, and trims white space', async () => {
    assert.equal(await type(' wrong\x15 correcd\x7ft \r').answer, 'correct')
  })

  for (const [name, key] of [
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ] as const) {
    it(`gives up on ${name}`, async () => {
      await assert.rejects(
        type(key).answer,
        error => error instanceof WalletError && error.code === 'KEYFILE_PASSWORD_ABORTED',
      )
    })
  }

  it('gives up when its signal aborts', async () => {
    const stop = new AbortController()
    const { answer } = type('half', stop.signal)
    stop.abort(new RangeError('enough'))
    await assert.rejects(answer, RangeError)
    await assert.rejects(type('', stop.signal).answer, RangeError)
  })
})
