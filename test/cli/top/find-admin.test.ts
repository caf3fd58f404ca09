import assert from 'node:assert/strict'
import { findAdmin } from '#dist/cli/top/find-admin.js'
import { bob } from '../../support/signed-request.ts'

const one = {
  pid: 1,
  place: 'here',
  url: 'http://127.0.0.1:9091',
  token: 'its own',
  hotkey: bob.address,
  tokenFile: null,
}
const two = { ...one, url: 'http://127.0.0.1:9092', netuid: 7 }

describe('findAdmin', () => {
  it('takes the only port that is open', () => {
    assert.equal(findAdmin({ url: undefined, token: 'set', running: [one] }).token, 'its own')
  })

  it('takes the port that the URL names, with the token that is known of it', () => {
    const running = [one, two]
    assert.deepEqual(findAdmin({ url: 'http://127.0.0.1:9092/', token: undefined, running }), two)
    assert.deepEqual(findAdmin({ url: 'https://far.example', token: 'set', running }), {
      url: 'https://far.example',
      token: 'set',
    })
  })

  it('finds a port of this machine under each name of its loopback', () => {
    for (const url of ['http://localhost:9092', 'http://[::1]:9092', 'http://127.0.0.2:9092'])
      assert.deepEqual(findAdmin({ url, token: 'set', running: [one, two] }), two)
    for (const url of ['http://localhost:9093', 'https://localhost:9092', 'http://far.example:9092'])
      assert.equal(findAdmin({ url, token: 'set', running: [one, two] }).token, 'set')
  })

  it('says what is missing', () => {
    const cases = [
      [{ running: [] }, 'ADMIN_PORT_MISSING', /miner serve --admin-port 9091/],
      [
        { running: [one, two] },
        'ADMIN_PORT_AMBIGUOUS',
        /--url http:\/\/127\.0\.0\.1:9091 \(5FHne…94ty\) or --url \S+ \(5FHne…94ty on subnet 7\)$/,
      ],
      [{ running: [], url: 'http://far.example:1' }, 'ADMIN_TOKEN_MISSING', /MINER_ADMIN_TOKEN/],
      ...['far.example:1', 'ftp://far.example', 'http://far.example/path', ''].map(
        url => [{ running: [], url }, 'ADMIN_URL_INVALID', /http:\/\/127\.0\.0\.1:9091/] as const,
      ),
    ] as const
    for (const [looking, code, hint] of cases)
      assert.throws(
        () => findAdmin({ url: undefined, token: undefined, ...looking }),
        (error: { code?: string; hint?: string }) => error.code === code && hint.test(error.hint!),
        code,
      )
  })
})
