import assert from 'node:assert/strict'
import { lists } from '#dist/policy/lists.js'

const named = { allow: ['alice', 'both'], deny: ['dave', 'both'] }

describe('lists', () => {
  for (const hasChain of [true, false]) {
    const rule = lists(named, { hasChain })
    const decide = (hotkey: string) => rule(hotkey, 'unregistered')

    it(`admits an allowed hotkey, exempt from other rules, ${hasChain ? 'with' : 'without'} a chain`, () => {
      assert.deepEqual(decide('alice'), { allow: true, exempt: true })
    })

    it(`refuses a denied hotkey, on both lists too, ${hasChain ? 'with' : 'without'} a chain`, () => {
      for (const hotkey of ['dave', 'both'])
        assert.deepEqual(decide(hotkey), { allow: false, reason: 'blacklisted hotkey', denied: true })
    })

    it(
      hasChain ? 'leaves every other hotkey to the rules after it' : 'refuses every other hotkey without a chain',
      () => {
        const verdict = hasChain ? { allow: true } : { allow: false, reason: 'hotkey not allowed' }
        for (const hotkey of ['stranger', '__proto__']) assert.deepEqual(decide(hotkey), verdict)
        assert.deepEqual(lists({ allow: [], deny: [] }, { hasChain })('alice', 'unregistered'), verdict)
      },
    )
  }
})
