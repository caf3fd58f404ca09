import assert from 'node:assert/strict'
import { allowList, denyList } from '#dist/policy/lists.js'

describe('lists', () => {
  for (const hasChain of [true, false]) {
    const rule = allowList(['alice'], { hasChain })

    it(`admits an allowed hotkey, exempt from other rules, ${hasChain ? 'with' : 'without'} a chain`, () => {
      assert.deepEqual(rule('alice', 'unregistered'), { allow: true, exempt: true })
    })

    it(
      hasChain ? 'leaves every other hotkey to the rules after it' : 'refuses every other hotkey without a chain',
      () => {
        const verdict = hasChain ? { allow: true } : { allow: false, reason: 'hotkey not allowed' }
        for (const hotkey of ['stranger', '__proto__']) assert.deepEqual(rule(hotkey, 'unregistered'), verdict)
        assert.deepEqual(allowList([], { hasChain })('alice', 'unregistered'), verdict)
      },
    )
  }

  it('refuses a denied hotkey, and leaves every other one to the rules after it', () => {
    const rule = denyList(['dave'])
    assert.deepEqual(rule('dave', 'unregistered'), { allow: false, reason: 'blacklisted hotkey', denied: true })
    for (const hotkey of ['alice', '__proto__']) assert.deepEqual(rule(hotkey, 'unregistered'), { allow: true })
  })
})
