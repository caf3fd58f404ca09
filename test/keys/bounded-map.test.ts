import assert from 'node:assert/strict'
import { BoundedMap } from '#dist/keys/bounded-map.js'

describe('BoundedMap', () => {
  it('keeps the newest keys, at most its maximum', () => {
    const recent = new BoundedMap<number>(3)
    for (const [at, key] of [...'abcabd'].entries()) recent.set(key, at)
    assert.deepEqual(
      [...'abcd'].map(key => recent.get(key)),
      [3, 4, undefined, 5],
    )
    assert.equal(recent.has('c'), false)
  })
})
