import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { findTarget } from '#dist/audit/find-target.js'

const { signal } = new AbortController()

describe('the target of an audit', () => {
  it('is of this machine at every form of a loopback address, and at no other', async () => {
    for (const [host, isLoopback] of [
      ['127.0.0.1', true],
      ['127.1', true],
      ['127.113.0.1', true],
      ['[::1]', true],
      ['[::ffff:127.0.0.1]', true],
      ['[::ffff:7f00:1]', true],
      ['0.0.0.0', false],
      ['[::]', false],
      ['[::127.0.0.1]', false],
      ['[64:ff9b::7f00:1]', false],
      ['10.0.0.1', false],
      ['203.0.113.7', false],
    ] as const)
      assert.equal((await findTarget(new URL(`http://${host}:8091`), signal)).isLoopback, isLoopback, host)
  })

  it('is the address of a name, so that the name is resolved once', async () => {
    const { ip, port, isLoopback } = await findTarget(new URL('http://localhost'), signal)
    assert.ok(isIP(ip), ip)
    assert.deepEqual([port, isLoopback], [80, true])
  })

  it('is not found for a name without an address, nor after an abort', async () => {
    await assert.rejects(findTarget(new URL('http://nowhere.invalid'), signal), { code: 'HOST_UNKNOWN' })
    const ending = new AbortController()
    const finding = findTarget(new URL('http://nowhere.invalid'), ending.signal)
    ending.abort(new RangeError('enough'))
    await assert.rejects(finding, RangeError)
  })
})
