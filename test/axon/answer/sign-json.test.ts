import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { signJson } from '#dist/axon/answer/sign-json.js'

/** What was signed, as text or, of a digest, as hex. */
function signed(...args: Parameters<ReturnType<typeof signJson>>): string {
  let message = Buffer.alloc(0)
  const sign = signJson(bytes => {
    message = Buffer.from(bytes)
    return Buffer.alloc(64, 7)
  })
  assert.equal(sign(...args), '07'.repeat(64))
  return args[1]?.digest ? message.toString('hex') : message.toString()
}

describe('signing an object', () => {
  it('writes it as json.dumps does', () => {
    const value = { b: [1, 2.5, true, null], a: 'é"👋\n', 10: {}, 9: '' }
    assert.equal(signed(value), '{"9": "", "10": {}, "b": [1, 2.5, true, null], "a": "\\u00e9\\"\\ud83d\\udc4b\\n"}')
  })

  it('sorts keys by code points, at every depth, as sort_keys=True does', () => {
    const value = { '\ue000': 1, '👋': { b: 1, a: 2 }, 9: 0, 10: 0, Z: 0 }
    const text = signed(value, { sortKeys: true })
    assert.equal(text, '{"10": 0, "9": 0, "Z": 0, "\\ue000": 1, "\\ud83d\\udc4b": {"a": 2, "b": 1}}')
  })

  it('signs its SHA-256', () => {
    const digest = createHash('sha256').update('{"a": 1}').digest('hex')
    assert.equal(signed({ a: 1 }, { digest: 'sha256' }), digest)
  })

  it('signs nothing but objects', () => {
    for (const value of ['text', 1, null, [1], undefined] as never[])
      assert.throws(() => signJson(() => Buffer.alloc(64))(value), TypeError)
  })
})
