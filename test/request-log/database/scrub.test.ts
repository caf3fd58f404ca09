import assert from 'node:assert/strict'
import { scrubber } from '#dist/request-log/database/scrub.js'

const secret = 'sk-proj-0123456789+/abcdef'
const base64 = Buffer.from(`user:${secret}`).toString('base64')

describe('scrubber', () => {
  it('replaces secrets in all texts of a value, however deep, and in keys', () => {
    const scrub = scrubber([secret, 'hunter2'])
    const value = { a: [`x ${secret} y`, { [secret]: 1, b: null, c: true }], d: 'hunter2 hunter22' }
    assert.deepEqual(scrub(value), { a: ['x *** y', { '***': 1, b: null, c: true }], d: '*** ***2' })
  })

  it('finds long secrets in other letter case and encodings', () => {
    const scrub = scrubber([secret])
    for (const form of [
      secret.toUpperCase(),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64url'),
      base64,
    ]) {
      const scrubbed = scrub(`before ${form} after`)
      assert.match(scrubbed, /^before .*\*\*\*.* after$/, form)
      assert.ok(!scrubbed.includes(form))
    }
  })

  it('leaves placeholders and ordinary words alone', () => {
    const scrub = scrubber(['none', 'EMPTY', 'hunter2'])
    assert.equal(scrub('none EMPTY HUNTER2'), 'none EMPTY HUNTER2')
    assert.equal(scrubber([])('anything'), 'anything')
  })

  it('takes a secret for its letters, not for an expression', () => {
    assert.equal(scrubber(['a.*b+(c)?'])('a.*b+(c)? aXXb'), '*** aXXb')
    assert.equal(scrubber(['longer-secret', 'longer-secret-two'])('longer-secret-two'), '***')
  })
})
