import assert from 'node:assert/strict'
import { allowList } from '#dist/policy/allow-list.js'

describe('allowList', () => {
  const rule = allowList({ allow: ['alice', 'both'], deny: ['dave', 'both'] })

  it('admits an allowed hotkey, exempt from other rules', () => {
    assert.deepEqual(rule('alice'), { allow: true, exempt: true })
  })

  it('refuses denied hotkeys and all that are not listed', () => {
    assert.deepEqual(rule('dave'), { allow: false, reason: 'blacklisted hotkey' })
    assert.deepEqual(rule('stranger'), { allow: false, reason: 'hotkey not allowed' })
    assert.deepEqual(rule('__proto__'), { allow: false, reason: 'hotkey not allowed' })
  })

  it('refuses a hotkey on both lists, which the settings prevent', () => {
    assert.deepEqual(rule('both'), { allow: false, reason: 'blacklisted hotkey' })
  })

  it('refuses every hotkey when the lists are empty', () => {
    assert.equal(allowList({ allow: [], deny: [] })('alice').allow, false)
  })
})
