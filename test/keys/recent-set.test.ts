import assert from 'node:assert/strict'
import { RecentSet } from '#dist/keys/recent-set.js'

describe('RecentSet', () => {
  it('keeps the values added last, and no more than it may', () => {
    const recent = new RecentSet(3)
    for (const value of 'abcabd') recent.add(value)
    assert.deepEqual(
      [...'abcd'].filter(value => recent.has(value)),
      ['a', 'b', 'd'],
    )
  })
})
