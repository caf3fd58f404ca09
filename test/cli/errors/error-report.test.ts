import assert from 'node:assert/strict'
import { Errors } from '@oclif/core'
import { listenError } from '#dist/axon/axon-error.js'
import { reportOf } from '#dist/cli/errors/error-report.js'
import { UsageError } from '#dist/cli/errors/usage-error.js'
import { ConfigError } from '#dist/config/config-error.js'
import { KeyError } from '#dist/keys/key-error.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { WalletError } from '#dist/wallet/wallet-error.js'

describe('errors in the user’s words', () => {
  const wallet = (code: ConstructorParameters<typeof WalletError>[0]) => new WalletError(code, 'm', { hint: 'h' })
  const cases: [what: string, error: unknown, exit: number, code: string][] = [
    ['a usage error', new UsageError('URL_MISSING', 'm'), 2, 'URL_MISSING'],
    ['a command that there is not', new UsageError('UNKNOWN_COMMAND', 'm'), 127, 'UNKNOWN_COMMAND'],
    ['an npm that failed', new UsageError('NPM_FAILED', 'm'), 1, 'NPM_FAILED'],
    ['a missing wallet', wallet('HOTKEY_NOT_FOUND'), 2, 'HOTKEY_NOT_FOUND'],
    ['a password that was not given', wallet('KEYFILE_PASSWORD_ABORTED'), 130, 'KEYFILE_PASSWORD_ABORTED'],
    ['a setting that its author described wrongly', new ConfigError('CONFIG_SCHEMA', 'm'), 1, 'CONFIG_SCHEMA'],
    ['a password that the settings lack', wallet('KEYFILE_LOCKED'), 2, 'KEYFILE_LOCKED'],
    ['a hotkey of another user', wallet('KEYFILE_UNREADABLE'), 2, 'KEYFILE_UNREADABLE'],
    ['too little memory to decrypt', wallet('KEYFILE_DECRYPT_FAILED'), 1, 'KEYFILE_DECRYPT_FAILED'],
    ['a key', new KeyError('SS58_CHECKSUM', 'm', 'h'), 2, 'SS58_CHECKSUM'],
    ['a failed model', new NoAnswer('upstream', 'm', { code: 'MODEL_FAILED' }), 1, 'MODEL_FAILED'],
    ['a wrong model', new NoAnswer('upstream', 'm', { code: 'MODEL_NOT_FOUND', misuse: true }), 2, 'MODEL_NOT_FOUND'],
    ['a port in use', listenError({ code: 'EADDRINUSE' }, '::', 8091), 1, 'PORT_IN_USE'],
    ['a port that is not allowed', listenError({ code: 'EACCES' }, '::', 80), 1, 'PORT_NOT_ALLOWED'],
    ['a time that is over', new DOMException('late', 'TimeoutError'), 1, 'TIMEOUT'],
    ['oclif’s own', new Errors.CLIError('nope is not installed'), 2, 'USAGE'],
    ['what nobody foresaw', new TypeError('x is not a function'), 1, 'UNEXPECTED'],
    ['what is no error', 'thrown', 1, 'UNEXPECTED'],
  ]
  for (const [what, error, exit, code] of cases) {
    it(`${what}: exit ${exit}, ${code}`, () => {
      const told = reportOf(error)
      assert.equal(told?.exit, exit)
      assert.equal(told?.code, code)
    })
  }

  it('says which port this user may not open, and which he may', () => {
    const { message, hint } = reportOf(listenError({ code: 'EACCES' }, '::', 80))!
    assert.equal(message, 'this user may not open port 80')
    assert.equal(hint, 'choose a port above 1023 with --axon-port')
  })

  it('reports how long to wait', () => {
    const busy = { code: 'MODEL_RATE_LIMITED', retryAfterMs: 45_000 }
    assert.equal(reportOf(new NoAnswer('busy', 'm', busy))?.retryAfterMs, 45_000)
    assert.ok(!('retryAfterMs' in reportOf(new NoAnswer('busy', 'm', { code: 'MODEL_RATE_LIMITED' }))!))
  })

  it('is silent where oclif ends by an error without being one', () => {
    assert.equal(reportOf(new Errors.ExitError(0)), null)
  })
})
